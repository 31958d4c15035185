"""A form that is sent twice, or twenty times at once, has one effect; seats hold when fifty want ten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import func, select

from app.clock import now, set_to
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.cohorts.services import add_coach
from app.events.models import Event
from app.journals.models import Comment, Post, Reaction, Review, Revision
from app.keeping.models import Kept
from app.main import create_app
from app.migrate import upgrade
from app.notices.models import Notice
from app.organize.setup import setup_token
from app.people.models import LoginSession, Organization, Person, ResetLink
from app.people.passwords import Passwords
from app.people.services import create_person, make_reset_link
from app.progress.models import ThingRecord, Tick
from app.progress.queries import facts_of
from app.progress.rules import derive
from app.sessions.models import Attendance, LiveSession
from tests.cast import PROGRAMME, make_cast
from tests.conftest import Site, new_database, settings_for
from tests.deeds import pack_of
from tests.security.routes import POST_FORM, WRITES
from tests.security.tables import comparable, rows_of
from tests.security.world import World

TIMES = 20
FIRST = f"/programmes/{PROGRAMME}/first"
EACH_ANEW = {"/sign-in", "/sign-up", "/organize/people/{public_id}/reset-link", "/account/blog/read"}
"""A new sign-in, a new link for the one before, and a look at one's blog as it is now, are what somebody wants
who asks again."""
COUNTED = {"attempt"}
ACTIVITIES = ["first/a", "first/b", "second/start", "second/go-on", "third/only"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[str]:
    """A database of its own, in which everything is really written."""
    folder = tmp_path_factory.mktemp("busy")
    with new_database(request.param, folder, f"dingen_busy_{worker_id}") as address:
        yield address


@pytest.fixture(scope="module")
def app(url: str) -> Iterator[FastAPI]:
    app = create_app(settings_for(url))
    app.state.passwords = Passwords(cheap=True, at_once=4)
    upgrade(app.state.database)
    yield app
    app.state.database.close()


@pytest.fixture(scope="module")
def busy(app: FastAPI, password_hash: str, set_up_at_once: list[Response]) -> Site:
    """The cast on that database, which was set up before."""
    with app.state.database.transaction() as db:
        return Site(app, app.state.database, make_cast(db, password_hash))


@pytest.fixture(scope="module")
def set_up_at_once(app: FastAPI) -> list[Response]:
    """The answers to whoever pressed the button of the empty site's first page twenty times."""
    site = Site(app, app.state.database, None)  # type: ignore[arg-type]
    with site.db() as db:
        token = setup_token(db, app.state.settings.secret())
    form = {
        "site_name": "A library",
        "programme": PROGRAMME,
        "group": "The first",
        "mode": "coach-led",
        "name": "Nele Wouters",
        "email": "nele@example.org",
        "password": "seven green umbrellas",
    }
    return at_once(lambda _: site.client().post(f"/start/{token}", data=form))


@pytest.fixture
def someone(busy: Site) -> Person:
    """Somebody who has done nothing yet."""
    with busy.db() as db:
        return create_person(db, name="Some One")


def at_once(act: Callable[[int], Response], times: int = TIMES) -> list[Response]:
    start = Barrier(times)

    def run(number: int) -> Response:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def posted(site: Site, person: Person, path: str, **form: str) -> list[Response]:
    """The same form, sent from twenty windows of one browser."""
    clients = [site.client(person) for _ in range(TIMES)]
    return at_once(lambda number: clients[number].post(path, data=form))


def statuses(answers: list[Response]) -> dict[int, int]:
    codes = [answer.status_code for answer in answers]
    return {code: codes.count(code) for code in sorted(set(codes))}


def count(site: Site, table: Any, *conditions: Any) -> int:
    with site.db() as db:
        return db.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def posts_of(person: Person) -> Any:
    return select(Post.id).where(Post.author_id == person.id).scalar_subquery()


def told(site: Site, person: Person, verb: str) -> int:
    return count(site, Event, Event.actor_id == person.id, Event.verb == verb)


def test_an_empty_site_is_set_up_once(app: FastAPI, busy: Site, set_up_at_once: list[Response]) -> None:
    assert statuses(set_up_at_once) == {303: 1, 404: TIMES - 1}
    assert count(busy, Organization) == 1
    assert count(busy, Person, Person.email == "nele@example.org") == 1
    assert count(busy, Cohort, Cohort.name == "The first") == 1


def test_a_tick_is_one_tick(busy: Site, someone: Person) -> None:
    assert statuses(posted(busy, someone, f"{FIRST}/activities/a", done="1")) == {303: TIMES}
    own = select(Enrolment.id).where(Enrolment.person_id == someone.id)
    assert count(busy, Enrolment, Enrolment.person_id == someone.id) == 1
    assert count(busy, Tick, Tick.enrolment_id.in_(own)) == 1
    assert (told(busy, someone, "enrolled"), told(busy, someone, "ticked")) == (1, 1)


def test_ticks_of_one_person_at_once_all_count(busy: Site, someone: Person) -> None:
    """Each follows from what it read: one that was overtaken by another is done again."""
    clients = [busy.client(someone) for _ in range(TIMES)]
    paths = [f"/programmes/{PROGRAMME}/{activity.replace('/', '/activities/')}" for activity in ACTIVITIES]
    answers = at_once(lambda number: clients[number].post(paths[number % len(paths)], data={"done": "1"}))
    assert statuses(answers) == {303: TIMES}
    with busy.db() as db:
        enrolment = db.scalars(select(Enrolment.id).where(Enrolment.person_id == someone.id)).one()
        facts = facts_of(db, enrolment)
        assert {f"{slug}/{name}" for slug, known in facts.items() for name in known.ticks} == set(ACTIVITIES)
        assert pack_of(db, enrolment, busy.programme) == derive(busy.programme, facts)
    assert told(busy, someone, "ticked") == len(ACTIVITIES)


@pytest.mark.parametrize("once", [{"once": "the-same-mark"}, {}], ids=["with", "without"])
@pytest.mark.parametrize("action", ["publish", "draft"])
def test_a_reflection_is_one_post_with_or_without_its_mark(
    busy: Site, someone: Person, once: dict[str, str], action: str
) -> None:
    answers = posted(busy, someone, f"{FIRST}/reflect", **{**POST_FORM, "action": action, **once})
    assert statuses(answers) == {303: TIMES}
    own = select(Enrolment.id).where(Enrolment.person_id == someone.id)
    assert count(busy, Post, Post.author_id == someone.id) == 1
    assert count(busy, ThingRecord, ThingRecord.enrolment_id.in_(own)) == 1
    assert told(busy, someone, "published") == told(busy, someone, "reflected") == (action == "publish")


def test_a_post_is_one_post(busy: Site, someone: Person) -> None:
    answers = posted(busy, someone, "/posts/new", once="the-same-mark", **POST_FORM)
    assert statuses(answers) == {303: TIMES}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert count(busy, Post, Post.author_id == someone.id) == 1
    assert told(busy, someone, "published") == 1


def test_an_answer_is_one_answer(busy: Site, someone: Person) -> None:
    published = {**POST_FORM, "visibility": "members"}
    post = busy.client(someone).post("/posts/new", data=published).headers["location"]
    answers = posted(busy, busy.cast.stranger, f"{post}/answers", body="Good.", once=someone.public_id)
    assert statuses(answers) == {303: TIMES}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert count(busy, Comment, Comment.post_id == posts_of(someone)) == 1


def test_what_is_said_and_accepted_twenty_times_is_said_once(busy: Site, someone: Person) -> None:
    cast = busy.cast
    form = {**POST_FORM, "visibility": "members", "body": f"A question for @{cast.stranger.handle}."}
    client = busy.client(cast.learner)
    asked = f"/posts/new?ask={cast.cohort.public_id}"
    post = posted(busy, cast.learner, asked, once=someone.public_id, **form)[0].headers["location"]
    first = busy.client(cast.peer).post(f"{post}/answers", data={"body": "Yes.", "once": someone.public_id})
    url = first.headers["location"].replace("#answer-", "/answers/")
    reply = {"body": "Really?", "parent": url.rpartition("/")[2], "once": someone.public_id}
    assert (
        len({answer.headers["location"] for answer in posted(busy, someone, f"{post}/answers", **reply)}) == 1
    )
    assert statuses(posted(busy, someone, f"{post}/reactions", kind="thanks", on="1")) == {303: TIMES}
    assert statuses(posted(busy, someone, f"{url}/reactions", kind="thanks", on="1")) == {303: TIMES}
    assert statuses(posted(busy, cast.learner, f"{url}/accept", accepted="1")) == {303: TIMES}
    assert statuses(posted(busy, cast.peer, f"{url}/edit", body="Yes, it does.")) == {303: TIMES}
    other = client.post(f"{post}/answers", data={"body": "Found it."}).headers["location"]
    both = [url, other.replace("#answer-", "/answers/")]
    clients = [busy.client(cast.learner) for _ in range(TIMES)]
    at_once(lambda number: clients[number].post(f"{both[number % 2]}/accept", data={"accepted": "1"}))
    assert count(busy, Reaction, Reaction.person_id == someone.id) == 2
    assert told(busy, someone, "reacted") == 2
    of_post = (
        Comment.post_id == select(Post.id).where(Post.public_id == post.rpartition("/")[2]).scalar_subquery()
    )
    assert count(busy, Comment, of_post) == 3
    assert count(busy, Comment, of_post, Comment.accepted_at.is_not(None)) == 1
    heard = {
        kind: count(busy, Notice, Notice.post_id == of_post.right, Notice.kind == kind)
        for kind in ("mention", "question", "reply", "reaction", "accepted")
    }
    coaches = count(
        busy, CohortCoach, CohortCoach.cohort_id == cast.cohort.id, CohortCoach.ended_at.is_(None)
    )
    assert heard == {"mention": 1, "question": coaches, "reply": 1, "reaction": 2, "accepted": 1}


def test_what_is_kept_is_kept_once(busy: Site, someone: Person) -> None:
    published = {**POST_FORM, "visibility": "members"}
    post = busy.client(someone).post("/posts/new", data=published).headers["location"]
    assert statuses(posted(busy, busy.cast.stranger, f"{post}/keep")) == {303: TIMES}
    assert count(busy, Kept, Kept.post_id == posts_of(someone)) == 1


def test_a_meeting_is_planned_once_and_who_is_there_is_there_once(busy: Site, someone: Person) -> None:
    form = {"on": f"{now():%Y-%m-%d}", "at": f"{now():%H:%M}", "title": someone.public_id, "minutes": "600"}
    base = f"/cohorts/{busy.cast.cohort.public_id}"
    planned = posted(busy, busy.cast.coach, f"{base}/coach/sessions", once=someone.public_id, **form)
    assert statuses(planned) == {303: TIMES}
    (url,) = {answer.headers["location"] for answer in planned}
    made = LiveSession.public_id == url.rpartition("/")[2]
    assert count(busy, LiveSession, LiveSession.title == someone.public_id) == 1
    mark = url.replace("/sessions/", "/coach/sessions/") + f"/attendance/{busy.cast.learner.handle}"
    assert statuses(posted(busy, busy.cast.coach, mark, present="1")) == {303: TIMES}
    session = select(LiveSession.id).where(made).scalar_subquery()
    assert count(busy, Attendance, Attendance.session_id == session) == 1
    about = (Event.object_id == url.rpartition("/")[2], Event.verb == "attended")
    assert count(busy, Event, *about) == 1
    assert statuses(posted(busy, busy.cast.learner, f"{url}/answer", answer="yes")) == {303: TIMES}
    assert count(busy, Attendance, Attendance.session_id == session, Attendance.coming == "yes") == 1


def test_deleting_is_done_once(busy: Site, someone: Person) -> None:
    post = busy.client(someone).post("/posts/new", data=POST_FORM).headers["location"]
    posted(busy, someone, f"{post}/delete")
    assert told(busy, someone, "deleted") == 1
    posted(busy, someone, f"{post}/restore")
    assert told(busy, someone, "restored") == 1


def test_an_earlier_text_is_taken_back_once(busy: Site, someone: Person) -> None:
    client = busy.client(someone)
    post = client.post("/posts/new", data=POST_FORM).headers["location"]
    assert set(statuses(posted(busy, someone, f"{post}/edit", **{**POST_FORM, "body": "Four."}))) == {303}
    with busy.db() as db:
        kept = db.scalars(
            select(Revision.public_id).where(Revision.post_id == posts_of(someone)).order_by(Revision.id)
        ).all()
    assert len(kept) == 2
    assert statuses(posted(busy, someone, f"{post}/revisions/{kept[0]}/restore")) == {303: TIMES}
    assert count(busy, Revision, Revision.post_id == posts_of(someone)) == 3
    assert told(busy, someone, "restored-revision") == 1


def test_joining_is_done_once(busy: Site, someone: Person) -> None:
    assert statuses(posted(busy, someone, "/join/RIVERSIDE")) == {303: TIMES}
    assert count(busy, Enrolment, Enrolment.person_id == someone.id) == 1
    assert told(busy, someone, "joined") == 1


def test_beginning_alone_is_done_once(busy: Site, someone: Person) -> None:
    assert statuses(posted(busy, someone, f"/programmes/{PROGRAMME}/enrol")) == {303: TIMES}
    assert count(busy, Enrolment, Enrolment.person_id == someone.id) == 1
    assert told(busy, someone, "enrolled") == 1


def test_fifty_who_want_ten_seats_fill_ten(busy: Site) -> None:
    form = {"name": "Ten", "programme": PROGRAMME, "mode": "self-paced", "seats": "10", "code": "TENSEATS"}
    assert busy.client(busy.cast.organizer).post("/organize/cohorts", data=form).status_code == 303
    with busy.db() as db:
        people = [create_person(db, name=f"Number {number}") for number in range(50)]
    clients = [busy.client(person) for person in people]
    answers = at_once(lambda number: clients[number].post("/join/TENSEATS"), times=50)
    assert statuses(answers) == {303: 10, 409: 40}
    cohort = select(Cohort.id).where(Cohort.code == "TENSEATS")
    assert count(busy, Enrolment, Enrolment.cohort_id.in_(cohort.scalar_subquery())) == 10
    refused = Enrolment.person_id.in_([person.id for person in people]), Enrolment.cohort_id.is_(None)
    assert count(busy, Enrolment, *refused) == 0


def test_signing_up_makes_one_account_and_lets_its_owner_in(busy: Site) -> None:
    form = {"name": "Twenty Times", "email": "twenty@example.org", "password": "seven green umbrellas"}
    answers = at_once(lambda _: busy.client().post("/sign-up", data=form))
    assert statuses(answers) == {303: TIMES}
    assert count(busy, Person, Person.email == "twenty@example.org") == 1


def test_twenty_people_of_one_name_sign_up_at_once(busy: Site) -> None:
    def sign_up(number: int) -> Response:
        form = {
            "name": "Jan Peeters",
            "email": f"jan{number}@example.org",
            "password": "seven green umbrellas",
        }
        return busy.client().post("/sign-up", data=form)

    assert statuses(at_once(sign_up)) == {303: TIMES}
    assert count(busy, Person, Person.name == "Jan Peeters") == TIMES


def test_a_group_is_one_group(busy: Site) -> None:
    form = {"name": "One Group", "programme": PROGRAMME, "mode": "coach-led", "once": "the-same-mark"}
    answers = posted(busy, busy.cast.organizer, "/organize/cohorts", **form)
    assert statuses(answers) == {303: TIMES}
    assert count(busy, Cohort, Cohort.name == "One Group") == 1


def test_a_code_is_given_to_one_group(busy: Site) -> None:
    clients = [busy.client(busy.cast.organizer) for _ in range(TIMES)]

    def start(number: int) -> Response:
        form = {"name": f"G{number}", "programme": PROGRAMME, "mode": "coach-led", "code": "WANTED"}
        return clients[number].post("/organize/cohorts", data={**form, "once": f"mark-{number}"})

    assert statuses(at_once(start)) == {303: 1, 422: TIMES - 1}
    assert count(busy, Cohort, Cohort.code == "WANTED") == 1


def test_a_coach_is_added_once(busy: Site, someone: Person) -> None:
    with busy.db() as db:
        db.get_one(Person, someone.id).email = f"{someone.public_id}@example.org"
    path = f"/organize/cohorts/{busy.cast.cohort.public_id}/coaches"
    answers = posted(busy, busy.cast.administrator, path, email=f"{someone.public_id}@example.org")
    assert statuses(answers) == {303: TIMES}
    assert count(busy, CohortCoach, CohortCoach.person_id == someone.id) == 1
    assert told(busy, busy.cast.administrator, "added-coach") == 1


def test_of_two_coaches_who_take_a_post_at_once_one_has_it(busy: Site, someone: Person) -> None:
    cast = busy.cast
    with busy.db() as db:
        add_coach(db, db.get_one(Cohort, cast.cohort.id), someone.id, actor_id=None)
    form = {**POST_FORM, "visibility": "cohort", "once": someone.public_id}
    busy.client(cast.learner).post(f"{FIRST}/reflect", data=form)
    with busy.db() as db:
        post = db.scalars(select(Post).where(Post.once == someone.public_id)).one()
    url = f"/cohorts/{cast.cohort.public_id}/coach/inbox/{post.public_id}"
    coaches = [cast.coach, someone]
    clients = [busy.client(coaches[number % 2]) for number in range(TIMES)]

    def take(number: int) -> Response:
        form = {"coach": coaches[number % 2].handle, "held": ""}
        return clients[number].post(f"{url}/hand-over", data=form)

    answers = at_once(take)
    assert statuses(answers) == {303: TIMES // 2, 422: TIMES // 2}
    with busy.db() as db:
        holder = db.scalars(select(Review.claimed_by_id).where(Review.post_id == post.id)).one()
    assert [answer.status_code for answer in answers[:2]][
        [coach.id for coach in coaches].index(holder)
    ] == 303
    assert count(busy, Event, Event.verb == "claimed", Event.object_id == post.public_id) == 1
    approved = at_once(lambda number: clients[number].post(f"{url}/approve", data={}))
    assert statuses(approved) == {303: TIMES}
    assert count(busy, Event, Event.verb == "approved", Event.object_id == post.public_id) == 1


def test_a_reset_link_opens_the_account_once(busy: Site, someone: Person) -> None:
    with busy.db() as db:
        token = make_reset_link(db, db.get_one(Person, someone.id), None)
    answers = at_once(
        lambda number: busy.client().post(f"/reset/{token}", data={"password": f"umbrella {number} is green"})
    )
    assert statuses(answers) == {303: 1, 404: TIMES - 1}
    assert count(busy, ResetLink, ResetLink.person_id == someone.id, ResetLink.used_at.is_(None)) == 0
    assert told(busy, someone, "changed-password") == 1


def test_a_shared_session_that_is_ended_by_one_window_stays_ended(busy: Site, someone: Person) -> None:
    client = busy.client(someone)
    token = client.cookies["dingen"]

    def press(number: int) -> Response:
        window = busy.client()
        window.cookies.set("dingen", token)
        return window.post("/sign-out") if number == 0 else window.get("/")

    assert set(statuses(at_once(press))) <= {200, 303}
    assert count(busy, LoginSession, LoginSession.person_id == someone.id) == 0


def test_the_same_form_a_second_time_changes_nothing(world: World) -> None:
    moment, wrong = now(), []
    for call in WRITES:
        for role in call.able[-1:]:
            if call.template in EACH_ANEW:
                continue
            with world.undone(), set_to(moment):
                browser, path, form = world.browser(role), call.path(world), {**call.form, "once": "a-mark"}
                browser.post(path, data=form)
                once = comparable(rows_of(world.connection, COUNTED))
                browser.cookies.set("dingen", world.token(role))
                browser.post(path, data=form)
                if comparable(rows_of(world.connection, COUNTED)) != once:
                    wrong.append(str(call))
    assert not wrong
