"""Each test has the database to itself: what it commits is gone before the next, on SQLite too."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from app.db import Database
from app.people.models import Organization, Person
from app.people.services import EmailTaken, create_person
from app.tables import metadata
from tests.conftest import Site


def people(database: Database) -> int:
    with database.transaction(write=False) as db:
        return db.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_one_test_commits_the_next_does_not_find(site: Site, time: str) -> None:
    """The same twice: the second would find the address taken."""
    with site.db() as db:
        create_person(db, name=f"The {time}", email="only@example.org")
    browser = site.client()
    form = {"name": "By a form", "email": "form@example.org", "password": "seven green umbrellas"}
    assert browser.post("/sign-up", data=form).status_code == 303
    assert "By a form" in browser.get("/account").text


def test_nobody_outside_the_test_sees_what_it_commits(site: Site, migrated: Database) -> None:
    assert people(site.database) == len(vars(site.cast)) - 2
    with migrated.engine.connect() as other:
        for table in metadata.sorted_tables:
            assert other.execute(select(func.count()).select_from(table)).scalar() == 0, table.name


def test_rolling_back_the_test_takes_every_commit_with_it(migrated: Database) -> None:
    with migrated.engine.connect() as connection:
        outer = connection.begin()
        database = joined(migrated, connection)
        for number in range(3):
            with database.transaction() as db:
                create_person(db, name=f"Number {number}")
        assert people(database) == 3
        outer.rollback()
    assert people(migrated) == 0


def test_a_failed_transaction_leaves_what_was_committed_before(site: Site) -> None:
    before = people(site.database)
    with pytest.raises(ZeroDivisionError), site.db() as db:
        create_person(db, name="Gone")
        raise ZeroDivisionError
    with pytest.raises(EmailTaken), site.db() as db:
        create_person(db, name="Twin", email="lena@example.org")
    assert people(site.database) == before


def test_a_broken_statement_costs_its_own_transaction_only(site: Site) -> None:
    with pytest.raises(IntegrityError), site.db() as db:
        db.add(Organization(id=site.cast.learner.organization_id, name="Twin"))
        db.flush()
    with site.db() as db:
        create_person(db, name="Afterwards")
        assert db.scalar(select(Person.id).where(Person.name == "Afterwards"))


def joined(database: Database, connection: Connection) -> Database:
    return Database(database.url.render_as_string(hide_password=False), connection=connection)
