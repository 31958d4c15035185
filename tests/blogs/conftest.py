from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Site
from tests.peers import blogs
from tests.peers.blogs import BlogServer


@pytest.fixture
def server(site: Site) -> Iterator[BlogServer]:
    """Blogs that the site may read."""
    site.app.state.fetcher = blogs.fetcher()
    with BlogServer().running() as running:
        yield running
