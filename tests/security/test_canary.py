"""A secret in every private field, and nobody gets one that is not theirs, wherever they go."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from app.journals.models import Post
from tests.conftest import Site
from tests.security.crawl import Walk, walk_through
from tests.security.world import World


def test_nobody_gets_a_secret_of_somebody_else_and_everyone_their_own(walk: Walk) -> None:
    mine = {secret.text for secret in walk.secrets if walk.role in secret.readers}
    missing = {secret.text for secret in walk.secrets if walk.role in secret.readers and secret.shown}
    leaks = []
    for seen in walk.seen:
        text = seen.everything
        found = {secret.text for secret in walk.secrets if secret.text in text}
        leaks += [f"{seen.what}: {secret}" for secret in found - mine if secret not in seen.what]
        missing -= found
    assert not leaks, "\n".join(leaks)
    assert not missing


def test_no_log_tells_a_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    walk = walk_through(world, "learner")
    told = "\n".join(record.getMessage() for record in caplog.records if not of_the_test(record))
    assert told
    assert not [secret.text for secret in walk.secrets if secret.text in told]


def of_the_test(record: logging.LogRecord) -> bool:
    """Its browser notes the addresses that it asks for."""
    return record.name.startswith("httpx")


def test_a_broken_statement_is_logged_without_what_somebody_wrote(site: Site) -> None:
    with pytest.raises(StatementError) as raised, site.db() as db:
        db.execute(select(Post).where(Post.title == bindparam("title")), {"title": object(), "x": "kumquat"})
    with pytest.raises(IntegrityError) as refused, site.db() as db:
        db.execute(insert(Post).values(author_id=None, title="Title kumquat", visibility="private"))
    assert "kumquat" not in str(raised.value) and "kumquat" not in str(refused.value).partition("DETAIL")[0]
