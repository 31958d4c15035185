"""The demo's story: told alike on both databases, believable, and never older than yesterday."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased
from starlette.testclient import TestClient

from app import tables
from app.clock import set_to
from app.cohorts.models import Cohort, Enrolment
from app.db import Database, UtcDateTime, fold
from app.demo.seed import PASSWORD, PLANNED, SIGN_INS, STAYS, seed
from app.journals.models import Comment, Post, Reaction, ReactionKind, Visibility
from app.main import create_app
from app.migrate import upgrade
from app.people.models import Person
from app.people.services import create_person
from app.progress.models import ThingRecord, Tick
from app.progress.queries import seen
from app.progress.services import complete_activity
from app.settings import ROOT, Settings, SettingsError
from app.things.library import Library
from tests.conftest import BASE_URL, new_database, settings_for
from tests.pages import see, words

MORNING = datetime(2026, 11, 24, 5, 10, tzinfo=UTC)
"""Seeded before anybody is up: what the story has for today must not lie in the future."""
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Demo:
    """A seeded database. Tests leave it as it is: they change things inside `meanwhile`."""

    database: Database
    settings: Settings

    @contextmanager
    def meanwhile(self) -> Iterator[Database]:
        """Every transaction inside is rolled back at the end."""
        with self.database.engine.connect() as connection:
            outer = connection.begin()
            url = self.database.url.render_as_string(hide_password=False)
            yield Database(url, connection=connection)
            outer.rollback()

    def seed(self, database: Database, moment: datetime) -> list[str]:
        """What seeding says at that moment."""
        said: list[str] = []
        with set_to(moment):
            seed(database, self.settings, said.append)
        return said


@pytest.fixture(scope="session")
def demos(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Mapping[str, Demo]]:
    """Seeding takes seconds: once on each database, for all tests."""
    with ExitStack() as stack:
        made = {}
        for kind in ("sqlite", "postgresql"):
            folder = tmp_path_factory.mktemp("demo")
            url = stack.enter_context(new_database(kind, folder, f"demo_{worker_id}"))
            settings = settings_for(url, content_dir=ROOT / "content", mode="demo")
            database = Database(settings.sqlalchemy_url, pool_size=4)
            stack.callback(database.close)
            upgrade(database)
            made[kind] = Demo(database, settings)
            made[kind].seed(database, MORNING)
        yield made


@pytest.fixture
def db(demos: Mapping[str, Demo]) -> Iterator[Session]:
    """To read the story where either database will do."""
    with demos["sqlite"].database.transaction(write=False) as session:
        yield session


@dataclass(frozen=True)
class Told:
    """The story without the names that are random in every database."""

    cohorts: list[tuple[Any, ...]]
    enrolments: list[tuple[Any, ...]]
    ticks: list[tuple[Any, ...]]
    records: list[tuple[Any, ...]]
    posts: list[tuple[Any, ...]]
    comments: list[tuple[Any, ...]]

    def later(self, days: int) -> Told:
        """The same story, that many days on."""
        moved = {
            name: [tuple(_moved(value, days) for value in row) for row in rows]
            for name, rows in vars(self).items()
        }
        return replace(self, **moved)


def _moved(value: object, days: int) -> object:
    return value + timedelta(days=days) if isinstance(value, date) else value


def told(database: Database) -> Told:
    writer = aliased(Person)
    enrolled = (Person.handle, Enrolment.programme_slug)
    of_enrolment = Person.id == Enrolment.person_id
    queries = {
        "cohorts": select(Cohort.name, Cohort.mode, Cohort.code, Cohort.starts_on, Cohort.ends_on),
        "enrolments": select(
            *enrolled, Enrolment.joined_at, Enrolment.last_active_at, Enrolment.things_complete
        ).join(Person),
        "ticks": select(*enrolled, Tick.thing_slug, Tick.activity_id, Tick.at)
        .join(Enrolment, Enrolment.id == Tick.enrolment_id)
        .join(Person, of_enrolment),
        "records": select(
            *enrolled, ThingRecord.thing_slug, ThingRecord.reflected_at, ThingRecord.completed_at
        )
        .join(Enrolment, Enrolment.id == ThingRecord.enrolment_id)
        .join(Person, of_enrolment),
        "posts": select(
            Person.handle, Post.thing_slug, Post.title, Post.body, Post.visibility, Post.published_at
        ).join(Person, Person.id == Post.author_id),
        "comments": select(writer.handle, Comment.body, Comment.audience, Comment.at, Post.body)
        .join(writer, writer.id == Comment.author_id)
        .join(Post, Post.id == Comment.post_id),
    }
    with database.transaction(write=False) as db:
        return Told(
            **{name: sorted(map(tuple, db.execute(query)), key=repr) for name, query in queries.items()}
        )


def latest_moment(database: Database) -> datetime:
    """The latest date that the story has anywhere."""
    columns = [
        column
        for table in tables.metadata.sorted_tables
        if table.name not in STAYS
        for column in table.columns
        if isinstance(column.type, UtcDateTime) and column.name not in PLANNED
    ]
    with database.transaction(write=False) as db:
        found = [db.scalar(select(func.max(column))) for column in columns]
    return max(moment for moment in found if moment)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without marks, capitals and accents."""
    plain = re.sub(r"^\s*(?:[-*>#]|\d+\.)\s*", "", text, flags=re.MULTILINE)
    for sentence in re.split(r"(?<=[.!?:…])[\"”’»)]*\s+|\n+", plain):
        yield " ".join(re.findall(r"\w+", fold(sentence)))


def test_both_databases_tell_the_same_story(demos: Mapping[str, Demo]) -> None:
    assert told(demos["sqlite"].database) == told(demos["postgresql"].database)


def test_three_groups_go_in_three_ways_and_speak_three_languages(db: Session) -> None:
    assert sorted(db.scalars(select(Cohort.mode))) == ["blended", "coach-led", "self-paced"]
    assert 35 <= (db.scalar(select(func.count(Enrolment.id))) or 0) <= 50
    spoken = Counter(db.scalars(select(Post.language)))
    assert set(spoken) == {"en", "nl", "fr"}
    assert min(spoken.values()) >= 10
    everyone = db.scalars(select(Person)).all()
    assert all(person.is_demo for person in everyone)


def test_sixty_posts_are_long_enough_to_be_read_and_no_sentence_stands_twice(db: Session) -> None:
    bodies = list(db.scalars(select(Post.body)))
    assert sum(80 <= len(body.split()) <= 300 for body in bodies) >= 60
    answers = list(db.scalars(select(Comment.body)))
    counted = Counter(sentence for text in [*bodies, *answers] for sentence in sentences(text))
    assert [sentence for sentence, times in counted.items() if times > 1 and " " in sentence] == []


def test_people_go_at_their_own_pace(db: Session) -> None:
    things = len(Library(ROOT / "content").catalogue.programmes["digital-work"].things)
    learners = db.scalars(select(Enrolment)).all()
    wrote = set(db.scalars(select(Post.enrolment_id)))
    shared = set(db.scalars(select(Post.enrolment_id).where(Post.visibility != Visibility.PRIVATE)))
    ticked = Counter(db.scalars(select(Tick.enrolment_id)))
    stalled = [e for e in learners if ticked[e.id] and e.last_active_at < MORNING - timedelta(days=14)]
    assert [e for e in learners if e.things_complete == things]
    assert len(stalled) >= 3
    assert [e for e in learners if ticked[e.id] >= 5 and e.id not in wrote]
    assert [e for e in learners if e.id in wrote - shared]


def test_people_answer_each_other_and_coaches_answer_learners(db: Session) -> None:
    answers = Counter(db.scalars(select(Comment.audience)))
    assert min(answers["readers"], answers["coaches"]) >= 10
    assert [
        post for post in db.scalars(select(Post.id)) if post not in set(db.scalars(select(Comment.post_id)))
    ]


def test_people_talk_with_each_other_and_questions_find_answers(db: Session) -> None:
    assert set(db.scalars(select(Reaction.kind))) == set(ReactionKind)
    asked = set(db.scalars(select(Post.id).where(Post.is_question)))
    answered = set(db.scalars(select(Comment.post_id).where(Comment.accepted_at.is_not(None))))
    assert answered < asked
    assert db.scalar(select(func.count(Comment.id)).where(Comment.parent_id.is_not(None)))
    assert db.scalars(select(Comment.id).where(Comment.html.contains('<a href="/journals/'))).first()


def test_nothing_happens_before_what_it_needs(db: Session) -> None:
    written = db.execute(
        select(Post.published_at, Enrolment.joined_at).join(Enrolment, Enrolment.id == Post.enrolment_id)
    )
    answered = db.execute(select(Comment.at, Post.published_at).join(Post, Post.id == Comment.post_id))
    above = aliased(Comment)
    replied = db.execute(select(Comment.at, above.at).join(above, above.id == Comment.parent_id))
    reacted = db.execute(select(Reaction.at, Post.published_at).join(Post, Post.id == Reaction.post_id))
    done = db.execute(select(Tick.at, Enrolment.joined_at).join(Enrolment, Enrolment.id == Tick.enrolment_id))
    joined = db.execute(select(Enrolment.joined_at, Cohort.created_at).join(Cohort))
    for what in (written, answered, replied, reacted, done, joined):
        pairs = what.all()
        assert pairs
        assert all(later > earlier for later, earlier in pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_lies_in_the_future(demos: Mapping[str, Demo], kind: str) -> None:
    assert MORNING - timedelta(days=1) < latest_moment(demos[kind].database) <= MORNING


@pytest.mark.parametrize("kind", KINDS)
def test_seeding_again_on_the_same_day_changes_nothing(demos: Mapping[str, Demo], kind: str) -> None:
    demo = demos[kind]
    before = told(demo.database)
    with demo.meanwhile() as database:
        assert demo.seed(database, MORNING + timedelta(hours=9)) == []
        assert told(database) == before


@pytest.mark.parametrize("kind", KINDS)
def test_days_later_the_same_story_happened_lately(demos: Mapping[str, Demo], kind: str) -> None:
    demo = demos[kind]
    before = told(demo.database)
    with demo.meanwhile() as database:
        assert "5 days" in " ".join(demo.seed(database, MORNING + timedelta(days=5)))
        assert told(database) == before.later(5)
        demo.seed(database, MORNING + timedelta(days=40))
        assert told(database) == before.later(40)
        demo.seed(database, MORNING + timedelta(days=3))
        assert told(database) == before.later(40)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_visitor_did_stays_and_moves_along(demos: Mapping[str, Demo], kind: str) -> None:
    demo = demos[kind]
    evening = MORNING + timedelta(hours=15)
    programme = Library(ROOT / "content").catalogue.programmes["digital-work"]
    thing = programme.thing("communities")
    assert thing is not None
    with demo.meanwhile() as database:
        with set_to(evening), database.transaction() as db:
            visitor = create_person(db, name="Vera Visitor", email="vera@example.org")
            lena = select(Enrolment).join(Person).where(Person.email == SIGN_INS[0][0])
            enrolment = db.scalars(lena).one()
            complete_activity(db, seen(db, enrolment.id), programme, thing, thing.activity_ids[0])
        next_morning = MORNING + timedelta(days=1)
        demo.seed(database, next_morning)
        assert latest_moment(database) <= next_morning
        with database.transaction(write=False) as db:
            ticked = db.scalars(
                select(Tick.at).where(Tick.enrolment_id == enrolment.id, Tick.thing_slug == thing.slug)
            ).one()
            assert next_morning - timedelta(days=1) < ticked <= next_morning
            assert db.get_one(Person, visitor.id).name == "Vera Visitor"


def test_a_database_with_real_people_is_left_as_it_is(database: Database) -> None:
    with database.transaction() as db:
        create_person(db, name="Somebody real")
    with pytest.raises(SettingsError, match="real people"):
        seed(database, settings_for("sqlite://", content_dir=ROOT / "content", mode="demo"), print)
    with database.transaction() as db:
        assert [person.name for person in db.scalars(select(Person))] == ["Somebody real"]
        assert not db.scalar(select(func.count(Cohort.id)))


def test_the_published_sign_ins_open_what_they_promise(demos: Mapping[str, Demo]) -> None:
    demo = demos["sqlite"]
    with set_to(MORNING), demo.meanwhile() as database:
        app = create_app(demo.settings, database=database)
        pages = {}
        for email, password, _ in SIGN_INS:
            client = TestClient(app, base_url=BASE_URL, follow_redirects=False)
            see(client.post("/sign-in", data={"email": email, "password": password}), 303)
            pages[email.partition("@")[0]] = see(client.get("/"))
            assert "demo" in see(client.get("/programmes")).css_first("body").text().lower()
    assert password == PASSWORD
    assert words(pages["learner"], ".next-step .kicker").startswith("Continue with Thing")
    assert words(pages["learner"], "[aria-labelledby=answers]")
    assert "wait for an answer" in words(pages["coach"], ".next-step")
    assert "/organize" in pages["organizer"].html
    assert "/organize" in pages["admin"].html
