"""The schema: no drift, there and back with data in it, and one sentence for what cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from app.clock import now
from app.db import Database
from app.growth.models import Ballot, Moment, ToldAnswer
from app.growth.services import Sense, Sureness, look_back, rate_oneself
from app.journals.models import Comment, Post, Reaction, Review, Revision
from app.migrate import MigrationError, config, current_revision, is_current, is_ours, migrating, upgrade
from app.progress.models import ProgressState
from app.progress.queries import seen
from app.progress.services import complete_activity, record_reflection
from app.tables import metadata
from app.things.library import Library
from tests.cast import PROGRAMME, make_cast
from tests.conftest import CONTENT, new_database, settings_for
from tests.deeds import crowd, enrolments_of, write_posts


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Database]:
    with new_database(request.param, tmp_path, f"empty_{worker_id}") as url:
        database = Database(settings_for(url).sqlalchemy_url, pool_size=2)
        yield database
        database.close()


def test_the_migrations_make_exactly_the_tables_of_the_models(empty: Database) -> None:
    upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, metadata) == []


def test_up_down_and_up_again_with_data_in_it(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        make_cast(db, "x")
    with migrating(empty) as connection:
        command.downgrade(config(connection), "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert is_current(empty)


def test_what_lists_and_packs_copy_is_filled_in_for_a_database_full_of_data(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        cast = make_cast(db, "x")
        enrolments = enrolments_of(db, cast.cohort)
        write_posts(db, enrolments, [now()])
        programme = Library(CONTENT).catalogue.programmes[PROGRAMME]
        first = programme.things[0]
        complete_activity(db, seen(db, enrolments[0].id), programme, first, first.activity_ids[0])
        record_reflection(db, enrolments[0], programme, first)
    before = _copies(empty)
    assert all(before.values())
    with migrating(empty) as connection:
        command.downgrade(config(connection), "20261123_2100")
    upgrade(empty)
    assert _copies(empty) == before


def test_what_was_published_before_there_were_revisions_is_the_first(empty: Database) -> None:
    upgrade(empty)
    moment = now()
    with empty.transaction() as db:
        enrolments = enrolments_of(db, make_cast(db, "x").cohort)
        moments = [moment - timedelta(hours=number) for number in range(1, 452)]
        posts = write_posts(db, enrolments, moments)
        posts[0].edited_at = moment
        posts[1].deleted_at = moment
        posts[2].published_at = None
    with migrating(empty) as connection:
        command.downgrade(config(connection), "20261125_2200")
    upgrade(empty)
    with empty.transaction(write=False) as db:
        kept = db.scalars(select(Revision).order_by(Revision.post_id)).all()
    assert [(one.post_id, one.title, one.body, one.at) for one in kept] == [
        (post.id, post.title, post.body, post.edited_at or post.published_at)
        for post in posts
        if post.published_at
    ]
    assert len({one.public_id for one in kept}) == 450


def test_of_what_was_written_before_a_first_post_and_a_question_wait(empty: Database) -> None:
    upgrade(empty)
    moment = now()
    with empty.transaction() as db:
        cast = make_cast(db, "x")
        enrolments = enrolments_of(db, cast.cohort)
        for enrolment in enrolments:
            enrolment.joined_at = moment - timedelta(days=9)
        at = [moment - timedelta(days=9 - number) for number in range(8)]
        first, answered, second, question, private, found, *_ = write_posts(db, enrolments, at)
        private.visibility = "private"
        question.is_question = found.is_question = True
        db.add(Reaction(post_id=answered.id, person_id=cast.coach.id, kind="thanks"))
        db.add(_answer(answered, cast.peer.id, moment))
        db.add(_answer(found, cast.peer.id, moment, accepted_at=moment))
        names = {post.id: name for name, post in {"first": first, "question": question}.items()}
        read = answered.id
    with migrating(empty) as connection:
        command.downgrade(config(connection), "20261126_0190")
    upgrade(empty)
    with empty.transaction(write=False) as db:
        kept = {review.post_id: review for review in db.scalars(select(Review))}
        assert len(kept) == 7 and private.id not in kept
        assert {names[review.post_id] for review in kept.values() if review.awaits_since} == {
            "first",
            "question",
        }
        assert kept[first.id].awaits_since == kept[first.id].shared_at == at[0]
        assert [review.post_id for review in kept.values() if review.read_at] == [read]
        assert db.scalars(select(Comment.by_coach)).all() == [False, False]
        assert kept[second.id].promised is None


def _answer(post: Post, author_id: int, at: datetime, **values: Any) -> Comment:
    return Comment(
        post_id=post.id, author_id=author_id, audience="readers", body="A", html="A", at=at, **values
    )


def test_what_learners_said_before_is_told_by_fives_and_the_rest_waits(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        cast = make_cast(db, "x")
        crowd(db, [f"Jan {number}" for number in range(5)], cast.cohort)
        thing = Library(CONTENT).catalogue.programmes[PROGRAMME].things[0]
        for number, enrolment in enumerate(enrolments_of(db, cast.cohort)):
            look_back(db, enrolment.id, {thing: Sense(10 * number, 5 if number else None)})
            rate_oneself(db, enrolment.id, Moment.START, Sureness(1, 2, None))
            rate_oneself(db, enrolment.id, Moment.END, Sureness(3, 4, 5))
    before = _told(empty)
    assert {question for _, question, *_ in before[0]} == {"minutes", "useful", "dare", "help"}
    with migrating(empty) as connection:
        command.downgrade(config(connection), "20261126_0320")
    upgrade(empty)
    assert _told(empty) == before


def _told(database: Database) -> list[list[Any]]:
    """What is told, and what was given, with whether it waits."""
    told = select(ToldAnswer.cohort_id, ToldAnswer.question, ToldAnswer.value, ToldAnswer.before)
    given = select(Ballot.enrolment_id, Ballot.question, Ballot.value, Ballot.before, Ballot.cohort_id)
    with database.transaction(write=False) as db:
        return [
            [tuple(row) for row in db.execute(statement.order_by(*statement.selected_columns))]
            for statement in (told, given)
        ]


def test_replies_are_answers_where_there_are_no_replies(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        cast = make_cast(db, "x")
        (post,) = write_posts(db, enrolments_of(db, cast.cohort)[:1], [now()])
        post.is_question = True
        answer = Comment(post_id=post.id, author_id=cast.peer.id, audience="readers", body="a", html="a")
        db.add(answer)
        db.flush()
        answer.accepted_at = now()
        reply = {"audience": "readers", "body": "b", "html": "b", "parent_id": answer.id}
        db.add(Comment(post_id=post.id, author_id=cast.coach.id, **reply))
        db.add(Reaction(post_id=post.id, person_id=cast.peer.id, kind="thanks"))
    with migrating(empty) as connection:
        command.downgrade(config(connection), "20261126_0130")
    upgrade(empty)
    with empty.transaction(write=False) as db:
        kept = db.execute(select(Comment.body, Comment.parent_id, Comment.accepted_at).order_by(Comment.id))
        assert list(map(tuple, kept)) == [("a", None, None), ("b", None, None)]
        assert not db.scalars(select(Post.is_question)).one()


def _copies(database: Database) -> dict[str, list[Any]]:
    with database.transaction(write=False) as db:
        posts = db.execute(select(Post.id, Post.cohort_id, Post.excerpt).order_by(Post.id))
        states = db.execute(select(ProgressState.enrolment_id, ProgressState.pack, ProgressState.facts))
        return {"posts": [tuple(row) for row in posts], "states": [tuple(row) for row in states]}


def test_migrating_again_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    before = current_revision(empty)
    upgrade(empty)
    assert current_revision(empty) == before


def test_a_database_of_a_newer_version_is_refused_in_one_sentence(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '29991231_2359'"))
    with pytest.raises(MigrationError, match="made by a newer version of Dingen"):
        upgrade(empty)


def test_a_migration_that_would_orphan_rows_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'd.db'}", pool_size=1)
    upgrade(database)
    with database.transaction() as db:
        make_cast(db, "x")
    with pytest.raises(MigrationError, match="nothing was changed"), migrating(database) as connection:
        connection.execute(text("DELETE FROM person"))
    with database.transaction(write=False) as db:
        assert db.scalar(text("SELECT count(*) FROM person")) == 9


def test_a_database_that_cannot_be_opened_is_told_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "a-folder.db"
    folder.mkdir()
    with pytest.raises(MigrationError, match="cannot be opened"):
        upgrade(Database(f"sqlite:///{folder}", pool_size=1))
