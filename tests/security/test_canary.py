"""A secret in every private field, and nobody gets one that is not theirs, wherever they go."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from app.clock import now, set_to
from app.journals.digests import MAIL_DIGESTS
from app.journals.models import Post
from app.people.models import Person
from tests.conftest import Site
from tests.security.crawl import Walk, walk_through
from tests.security.world import SIGNED_IN, World


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


def test_no_mail_tells_somebody_what_is_not_theirs(world: World) -> None:
    """Neither at once nor in the digests of a Monday, for whoever wants to hear of everything."""
    site, monday = world.site, next_monday()
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    letters = site.mail()
    with set_to(monday):
        with site.db() as db:
            MAIL_DIGESTS.later(db)
        letters += site.mail()
    roles = {world.person(role).email: role for role in SIGNED_IN}
    texts = [secret for secret in world.secrets if "kumquat" in secret.text]
    told = set()
    for letter in letters:
        role = roles.get(letter["To"].addresses[0].addr_spec, "")
        parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
        everything = "\n".join((*letter.values(), *parts))
        for secret in texts:
            if secret.text in everything:
                assert role in secret.readers, f"{letter['Subject']} to {role}: {secret.text}"
                told.add((role, secret.text))
    assert {role for role, _ in told} > {"learner", "peer", "coach"}
    assert ("peer", "Title cohort kumquat") in told


def next_monday() -> datetime:
    at = now().replace(hour=6, minute=0, second=5)
    return at + timedelta(days=7 - at.weekday())


def of_the_test(record: logging.LogRecord) -> bool:
    """Its browser notes the addresses that it asks for."""
    return record.name.startswith("httpx")


def test_a_broken_statement_is_logged_without_what_somebody_wrote(site: Site) -> None:
    with pytest.raises(StatementError) as raised, site.db() as db:
        db.execute(select(Post).where(Post.title == bindparam("title")), {"title": object(), "x": "kumquat"})
    with pytest.raises(IntegrityError) as refused, site.db() as db:
        db.execute(insert(Post).values(author_id=None, title="Title kumquat", visibility="private"))
    assert "kumquat" not in str(raised.value) and "kumquat" not in str(refused.value).partition("DETAIL")[0]
