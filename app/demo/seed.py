"""Believable life for the demo: content/demo replayed through the services, with the clock set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Table, case, func, literal, update
from sqlalchemy.orm import Session

from app import clock, tables
from app.cohorts.models import Cohort, Enrolment
from app.cohorts.queries import active_enrolment, coached_cohort
from app.cohorts.services import add_coach, create_cohort
from app.db import Database, UtcDateTime
from app.demo.blogs import plan_blog
from app.demo.cast import Cast, DemoComment, DemoPerson, DemoPost, DemoReply, DemoReport, read_cast
from app.demo.desk import plan_desk
from app.demo.pods import plan_companions
from app.demo.reviews import plan_inbox
from app.demo.said import plan_answers
from app.demo.sessions import plan_meeting
from app.insight.links import make_link
from app.insight.services import write_what_next
from app.journals.answers import threads_of
from app.journals.models import Audience, Comment, Post, ReactionKind, Visibility
from app.journals.services import About, add_comment, join_cohort, publish_post, start_post
from app.journals.talk import accept, react
from app.keeping.services import keep_post, keep_thing, write_note
from app.moderation.services import report
from app.moderation.texts import coaches_for, readable_text
from app.notices.models import Notice
from app.people.models import Person
from app.people.passwords import Passwords
from app.people.queries import count_demo_people, count_real_people, organization
from app.people.services import create_person, the_organization
from app.people.viewer import Membership, Viewer
from app.plans.services import Slot, keep_plan
from app.progress.queries import seen
from app.progress.services import complete_activity
from app.progress.viewers import absent_viewer
from app.settings import Settings, SettingsError
from app.things.catalogue import Catalogue, Programme
from app.things.library import Library

PASSWORD = "dingen-demo"  # noqa: S105  the demo's password is public by design
SIGN_INS = (
    ("learner@dingen.example", PASSWORD, "a learner in the middle of the programme"),
    ("coach@dingen.example", PASSWORD, "the coach of her group"),
    ("organizer@dingen.example", PASSWORD, "who runs the programmes and the groups"),
    ("admin@dingen.example", PASSWORD, "who runs the server"),
)
SITE_NAME = "Dingen"
NEW_FOR = timedelta(days=9)
"""How long a notice of the story is unread."""
KEPT = (
    ("ruth", "checking-claims", "For the quiz with the teens: which of these quotations is real?"),
    ("priya", "asking-ai", "Her table of five tries. Ask whether we may hang it at the desk."),
)
KEPT_THING = ("phishing-and-passkeys", "Do the last activity together with Dirk on Thursday.")
NEXT = (
    "Four of us hold a table of twenty minutes each Thursday from now on. Give them the time for it, "
    "and let two more desks begin in March."
)
STAYS = {
    *("login_session", "attempt", "reset_link", "address_link", "alembic_version", "source_file", "edition"),
    *("job", "schedule", "mail"),
}

PLANNED = {"starts_at", "ends_at", "meets_until", "reminded_for", "next_at"}
"""Columns with what may lie in the future: it stays there."""

Say = Callable[[str], object]


def seed(database: Database, settings: Settings, say: Say) -> None:
    """Fill an empty database, or move a seeded one's dates along with today. Raises SettingsError where
    real people live."""
    today = clock.now().astimezone(ZoneInfo(settings.time_zone)).date()
    with database.transaction() as db:
        if count_real_people(db) and not count_demo_people(db):
            raise SettingsError(
                "This database has real people: the demo would add invented ones. "
                "Set DINGEN_DATABASE_URL to another database for the demo."
            )
        found = organization(db)
        if found is not None and found.demo_day is not None:
            days = (today - found.demo_day).days
            if days > 0:
                say(f"Moving the demo's dates along by {days} days …")
                move_along(db, days)
                found.demo_day = today
            return
        say("Telling the demo's story: three groups, their learners and what they wrote …")
        library = Library(settings.content_dir)
        cast = read_cast(settings.content_dir / "demo")
        Story(db, cast, library.catalogue, today, ZoneInfo(settings.time_zone)).tell()
        the_organization(db).demo_day = today


@dataclass
class Story:
    """Replays the cast's acts in the order of their moments."""

    db: Session
    cast: Cast
    catalogue: Catalogue
    today: date
    zone: ZoneInfo
    people: dict[str, Person] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    written: dict[tuple[str, str], list[Post]] = field(default_factory=dict)
    _acts: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)

    def tell(self) -> None:
        password_hash = Passwords().hash(PASSWORD)
        self.at(400, "08:00", "", lambda: the_organization(self.db, SITE_NAME))
        for person in self.cast.people:
            self._plan_arrival(person, password_hash)
        for number, cohort in enumerate(self.cast.cohorts):
            self.at(cohort.started + 1, "09:00", cohort.key, partial(self._open, number))
        for person in self.cast.people:
            self._plan_learning(person)
        for post in self.cast.posts:
            self._plan_post(post)
        for blog in self.cast.blogs:
            plan_blog(self, blog)
        for answer in self.cast.answers:
            self._plan_answer(answer, self.written[answer.to, answer.thing], 13)
        for session in self.cast.sessions:
            plan_meeting(self, session)
        for told in self.cast.reports:
            self.at(told.day, "14:00", told.words, partial(self._report, told))
        plan_inbox(self)
        plan_companions(self)
        plan_desk(self)
        plan_answers(self)
        for moment, _, act in sorted(self._acts, key=lambda planned: planned[:2]):
            with clock.set_to(moment):
                act()
        self._read_notices()
        self._keep("lena")
        self._give_report("cora")
        self._pick_a_time("lena")

    def _read_notices(self) -> None:
        """What happened longer ago everyone has seen on the site."""
        seen_until = clock.now() - NEW_FOR
        old = update(Notice).where(Notice.at < seen_until, Notice.read_at.is_(None))
        self.db.execute(old.values(read_at=Notice.at))

    def _keep(self, key: str) -> None:
        """Some of what others wrote, and a Thing, each with a note for oneself."""
        person_id = self.people[key].id
        for author, thing, note in KEPT:
            written = self.written.get((author, thing))
            if written:
                write_note(self.db, keep_post(self.db, person_id, written[0].id)[0], note)
        slug, note = KEPT_THING
        programme = next(one for one in self.catalogue.programmes.values() if one.thing(slug))
        write_note(self.db, keep_thing(self.db, person_id, programme.slug, slug)[0], note)

    def _give_report(self, key: str) -> None:
        """What a coach says in the report of their group, and a link to it."""
        viewer = self.viewer(key)
        group = coached_cohort(self.db, viewer, viewer.coached[0].public_id)
        write_what_next(self.db, viewer, group, NEXT)
        make_link(self.db, viewer, group, ends_on=self.today + timedelta(days=60), once="demo")

    def _pick_a_time(self, key: str) -> None:
        """Half an hour on Thursday morning."""
        programme = self.programme_of(key)
        enrolment = active_enrolment(self.db, self.people[key].id, programme.slug)
        if enrolment is not None:
            keep_plan(self.db, enrolment, [Slot(3, time(9, 30), 30)], time_zone=self.zone.key, lead=0)

    def at(self, days: int, hour: str, salt: str, act: Callable[[], object]) -> None:
        """Plan an act some days ago; `salt` gives it its minute. Never later than a moment ago."""
        base = time.fromisoformat(hour)
        local = datetime.combine(self.today - timedelta(days=days), base, self.zone)
        moment = local.astimezone(UTC) + timedelta(seconds=crc32(salt.encode()) % 3000)
        latest = clock.now() - timedelta(minutes=3) + timedelta(seconds=len(self._acts) / 100)
        self._acts.append((min(moment, latest), len(self._acts), act))

    def _plan_arrival(self, person: DemoPerson, password_hash: str) -> None:
        def arrive() -> None:
            self.people[person.key] = create_person(
                self.db,
                name=person.name,
                email=person.email,
                password_hash=password_hash if person.email else None,
                language=person.language,
                role=person.role,
                about=person.about,
                is_demo=True,
                email_verified=person.email is not None,
            )

        self.at(max(person.joined, 399 if person.cohort is None else 0), "08:10", "", arrive)
        if person.cohort:
            self.at(person.joined, "09:30", "", lambda: self._join(person))

    def _open(self, number: int) -> None:
        cohort = self.cast.cohorts[number]
        organizer = next(p for p in self.cast.people if p.role == "organizer")
        made = create_cohort(
            self.db,
            organization_id=the_organization(self.db).id,
            created_by_id=self.people[organizer.key].id,
            programme_slug=cohort.programme,
            name=cohort.name,
            mode=cohort.mode,
            code=cohort.code,
            language=cohort.language,
            starts_on=self.today - timedelta(days=cohort.started),
            ends_on=self.today + timedelta(days=cohort.ends_in) if cohort.ends_in is not None else None,
            default_visibility=None if cohort.coaches else Visibility.COHORT,
        )
        for coach in cohort.coaches:
            add_coach(self.db, made, self.people[coach].id, actor_id=self.people[organizer.key].id)
        self.cohorts[cohort.key] = made

    def _join(self, person: DemoPerson) -> None:
        cohort = self.cohorts[person.cohort or ""]
        self.enrolments[person.key] = join_cohort(self.db, self.people[person.key].id, cohort)

    def _plan_learning(self, person: DemoPerson) -> None:
        for slug, days in person.did.items():
            self._plan_ticks(person, slug, days, every=True)
        for slug, days in person.began.items():
            self._plan_ticks(person, slug, days, every=False)
        for slug, text in person.short.items():
            post = DemoPost(
                author=person.key,
                thing=slug,
                day=person.did.get(slug, person.began.get(slug, 0)),
                hour=15,
                visibility=Visibility.COHORT,
                title="",
                body=text,
            )
            self._plan_post(post)

    def _plan_ticks(self, person: DemoPerson, slug: str, days: int, *, every: bool) -> None:
        def tick() -> None:
            programme = self._programme(person)
            thing = programme.thing(slug)
            if thing is None:
                return
            counted = [activity for activity in thing.activity_ids if activity in thing.counted]
            for activity in counted if every else counted[:1]:
                course = seen(self.db, self.enrolments[person.key].id)
                complete_activity(self.db, course, programme, thing, activity)

        self.at(days, "10:00", person.key + slug, tick)

    def _programme(self, person: DemoPerson) -> Programme:
        cohort = next(cohort for cohort in self.cast.cohorts if cohort.key == person.cohort)
        return self.catalogue.programmes[cohort.programme]

    def programme_of(self, key: str) -> Programme:
        return self._programme(next(person for person in self.cast.people if person.key == key))

    def _plan_post(self, post: DemoPost) -> None:
        written: list[Post] = []
        salt = post.author + (post.thing or post.title)
        self.at(post.day, f"{post.hour:02}:00", salt, lambda: written.append(self._write(post)))
        if post.thing:
            self.written[post.author, post.thing] = written
        for number, comment in enumerate(post.comments):
            later = post.hour + 1 + number if comment.day == post.day else 9 + number
            self._plan_answer(comment, written, min(later, 19))
        for kind, readers in post.reactions.items():
            for reader in readers:
                press = partial(self._react, reader, kind, written)
                self.at(max(post.day - 1, 0), "20:00", reader + kind, press)

    def _plan_answer(self, answer: DemoComment, written: list[Post], hour: int) -> None:
        made: list[Comment] = []
        salt = answer.by + answer.text
        self.at(answer.day, f"{hour:02}:00", salt, partial(self._answer, answer, written, made))
        for number, reply in enumerate(answer.replies):
            later = hour + 1 if reply.day == answer.day else 10
            act = partial(self._reply, reply, written, made)
            self.at(reply.day, f"{min(later + number, 22):02}:00", reply.by + reply.text, act)
        for reader in answer.thanks:
            press = partial(self._react, reader, ReactionKind.THANKS, written, made)
            self.at(max(answer.day - 1, 0), "21:00", reader + answer.text, press)
        if answer.accepted:
            self.at(max(answer.day - 1, 0), "22:00", answer.text, partial(self._accept, written, made))

    def _write(self, post: DemoPost) -> Post:
        person = next(p for p in self.cast.people if p.key == post.author)
        author, enrolment = self.people[post.author], self.enrolments[post.author]
        thing = self._programme(person).thing(post.thing) if post.thing else None
        about = About(enrolment, self._programme(person), thing) if thing else None
        made = start_post(
            self.db,
            author.id,
            once=f"demo-{crc32((post.author + (post.thing or post.title)).encode()):08x}",
            language=person.language,
            visibility=post.visibility,
            enrolment=enrolment,
            about=about,
            is_question=post.asks,
        )
        publish_post(
            self.db,
            made,
            title=post.title,
            body=post.body,
            visibility=post.visibility,
            version=made.version,
            about=about,
            asks=post.asks,
        )
        made.enrolment = enrolment
        return made

    def _answer(self, comment: DemoComment, written: list[Post], made: list[Comment]) -> None:
        audience = Audience.COACHES if comment.kind == "feedback" else Audience.READERS
        viewer = self.viewer(comment.by)
        made.append(add_comment(self.db, viewer, written[0], body=comment.text, audience=audience))

    def _reply(self, reply: DemoReply, written: list[Post], made: list[Comment]) -> None:
        viewer = self.viewer(reply.by)
        add_comment(self.db, viewer, written[0], body=reply.text, audience=None, parent=made[0])

    def _react(
        self, reader: str, kind: ReactionKind, written: list[Post], made: Sequence[Comment] = ()
    ) -> None:
        comment = made[0] if made else None
        react(self.db, self.viewer(reader), written[0], kind, on=True, comment=comment)

    def _accept(self, written: list[Post], made: list[Comment]) -> None:
        asker = next(key for key, person in self.people.items() if person.id == written[0].author_id)
        accept(self.db, self.viewer(asker), written[0], made[0], accepted=True)

    def _report(self, told: DemoReport) -> None:
        viewer = absent_viewer(self.db, self.people[told.by].id)
        post = self.written[told.to, told.thing][0]
        threads = threads_of(self.db, viewer, post.id)
        answers = {line.author_id: line for thread in threads for line in thread.lines}
        answer = answers[self.people[told.answer_by].id].public_id if told.answer_by else ""
        if viewer is None:
            return
        text = readable_text(self.db, viewer, self.people[told.to].handle, post.public_id, answer)
        to = not coaches_for(self.db, text)
        report(self.db, viewer, text, reason=told.reason, words=told.words, for_organizers=to)

    def viewer(self, key: str) -> Viewer:
        person = self.people[key]
        coached = tuple(
            Membership(cohort.id, cohort.public_id, cohort.name)
            for demo in self.cast.cohorts
            if key in demo.coaches and (cohort := self.cohorts.get(demo.key))
        )
        return Viewer(
            person_id=person.id,
            public_id=person.public_id,
            organization_id=person.organization_id,
            name=person.name,
            handle=person.handle,
            language=person.language,
            role=person.role,
            session_id=0,
            last_seen_at=clock.now(),
            coached=coached,
        )


def move_along(db: Session, days: int) -> None:
    """Shift every date in the database: the demo's last weeks stay the last weeks, and what happened late
    one day has not yet to happen early another."""
    sqlite = db.get_bind().dialect.name == "sqlite"
    for table in tables.metadata.sorted_tables:
        if table.name not in STAYS:
            _shift(db, table, days, sqlite=sqlite)


def _shift(db: Session, table: Table, days: int, *, sqlite: bool) -> None:
    shifted: dict[str, ColumnElement[Any]] = {}
    for column in table.columns:
        if not isinstance(column.type, UtcDateTime | Date):
            continue
        later: ColumnElement[Any] = column + literal(timedelta(days=days))
        if sqlite:
            day = func.date(func.substr(column, 1, 10), f"+{days} days")
            later = day.op("||")(func.substr(column, 11))
        if isinstance(column.type, UtcDateTime) and column.name not in PLANNED:
            present = literal(clock.now(), column.type)
            later = case((later > present, present), else_=later)
        shifted[column.name] = later
    if shifted:
        db.execute(update(table).values(shifted))
