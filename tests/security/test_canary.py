"""A secret in every private field, and nobody gets one that is not theirs, wherever they go."""

from __future__ import annotations

import logging

import pytest

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
