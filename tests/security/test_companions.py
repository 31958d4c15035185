"""Who gets what of a learner's, among those who are near to them: mentor, small group, group and coach, and those
who were that once. A table of its own: these roles say nothing of most addresses of the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohorts.mentoring import accept, ask_mentor, end_mentorship, offered_by_word, word_of
from app.cohorts.models import Cohort, Enrolment, Mentorship, Pod
from app.cohorts.pods import change_pod, make_pods
from app.cohorts.queries import active_enrolment
from app.journals.models import Post, Visibility
from app.journals.services import join_cohort, leave_cohort, publish_post, start_post
from app.people.models import Person
from app.progress.viewers import absent_viewer
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd

ROLES = "learner mentor ex_mentor pod_member ex_pod_member member ex_member coach other_coach organizer"
AUTHOR, MENTOR, COACH = {"learner"}, {"mentor"}, {"coach"}
POD, GROUP = {"pod_member"}, {"pod_member", "ex_pod_member", "member"}
READERS: Mapping[tuple[Visibility, bool], set[str]] = {
    (Visibility.PRIVATE, False): AUTHOR,
    (Visibility.PRIVATE, True): AUTHOR,
    (Visibility.MENTOR, True): AUTHOR | MENTOR,
    (Visibility.COACHES, False): AUTHOR | COACH,
    (Visibility.COACHES, True): AUTHOR | COACH | MENTOR,
    (Visibility.POD, False): AUTHOR | COACH | POD,
    (Visibility.POD, True): AUTHOR | COACH | POD | MENTOR,
    (Visibility.COHORT, False): AUTHOR | COACH | GROUP,
    (Visibility.COHORT, True): AUTHOR | COACH | GROUP | MENTOR,
    (Visibility.MEMBERS, False): set(ROLES.split()),
}
"""Of the learner's posts, by circle and whether they share it with their mentor, too."""
PAGES: Mapping[str, set[str]] = {
    "/cohorts/{cohort}": AUTHOR | COACH | GROUP,
    "/cohorts/{cohort}?show=pod": AUTHOR | COACH | GROUP,
    "/cohorts/{cohort}/people": AUTHOR | COACH | GROUP,
    "/cohorts/{cohort}/questions": AUTHOR | COACH | GROUP,
    "/cohorts/{cohort}/announcements": AUTHOR | COACH | GROUP | {"organizer", "ex_mentor"},
    "/cohorts/{cohort}/calendar.ics": AUTHOR | COACH | GROUP,
    "/cohorts/{cohort}/sessions": AUTHOR | COACH | GROUP | {"organizer", "ex_mentor"},
    "/cohorts/{cohort}/report": COACH | {"organizer", "ex_mentor"},
    "/cohorts/{cohort}/coach": COACH,
    "/cohorts/{cohort}/coach/today": COACH,
    "/cohorts/{cohort}/coach/pace": COACH,
    "/cohorts/{cohort}/coach/inbox": COACH,
    "/cohorts/{cohort}/coach/progress.csv": COACH,
    "/cohorts/{cohort}/coach/pods": COACH,
    "/cohorts/{cohort}/coach/pods/{pod}": COACH,
    "/cohorts/{cohort}/coach/buddies/new": COACH,
    "/cohorts/{cohort}/coach/learners/{handle}": COACH,
    "/enrolments/{enrolment}/mentor": AUTHOR,
    "/enrolments/{enrolment}/now": AUTHOR,
    "/enrolments/{enrolment}/plan": AUTHOR,
    "/enrolments/{enrolment}/agreement": AUTHOR,
}
"""The one who was the learner's mentor is an administrator, too, and looks after groups as organizers do."""
ENDS: Mapping[str, set[str]] = {
    "/mentoring/{mentorship}/end": MENTOR,
    "/mentoring/{mentorship}/accept": set(),
    "/enrolments/{enrolment}/mentor/end": AUTHOR,
    "/enrolments/{enrolment}/mentor/tiles": AUTHOR,
    "/cohorts/{cohort}/coach/pods/{pod}/dissolve": COACH,
    "/cohorts/{cohort}/coach/buddies/{handle}/part": COACH,
}
SECRET = "a secret of tests"


class Near:
    """The learner's companions, present and past, and a post for each circle."""

    def __init__(self, site: Site) -> None:
        self.site, cast = site, site.cast
        self.posts: dict[tuple[Visibility, bool], str] = {}
        with site.db() as db:
            cohort = db.get_one(Cohort, cast.cohort.id)
            ex_pod_member, member = crowd(db, ["Ann", "Bob"], cohort)
            join_cohort(db, cast.loner.id, cohort)
            self.people: dict[str, Person] = {
                "learner": cast.learner,
                "mentor": cast.stranger,
                "ex_mentor": cast.administrator,
                "pod_member": cast.peer,
                "ex_pod_member": ex_pod_member,
                "member": member,
                "ex_member": cast.loner,
                "coach": cast.coach,
                "other_coach": cast.other_coach,
                "organizer": cast.organizer,
            }
            handles = [self.people[role].handle for role in ("learner", "pod_member", "ex_pod_member")]
            handles.append(cast.loner.handle)
            make_pods(db, cohort.id, [("Bees", handles)], actor_id=cast.coach.id, once="x")
            pod = db.scalars(select(Pod)).one()
            enrolment = self._enrolment(db, cast.learner)
            self._become_mentor(db, enrolment, "ex_mentor", ends=True)
            mentorship = self._become_mentor(db, enrolment, "mentor")
            for (visibility, shares), _ in READERS.items():
                post = self._write(db, enrolment, visibility, mentorship.id if shares else None)
                self.posts[visibility, shares] = f"/journals/{cast.learner.handle}/{post.public_id}"
            change_pod(db, pod, "Bees", handles[:2], actor_id=cast.coach.id)
            leave_cohort(db, self._enrolment(db, cast.loner), actor_id=cast.loner.id)
            self.names = {
                "cohort": cohort.public_id,
                "pod": pod.public_id,
                "handle": cast.learner.handle,
                "enrolment": enrolment.public_id,
                "mentorship": mentorship.public_id,
            }

    @staticmethod
    def _enrolment(db: Session, person: Person) -> Enrolment:
        found = active_enrolment(db, person.id, PROGRAMME)
        assert found is not None
        return found

    def _become_mentor(
        self, db: Session, enrolment: Enrolment, role: str, *, ends: bool = False
    ) -> Mentorship:
        mentorship = ask_mentor(db, enrolment, "")
        viewer = absent_viewer(db, self.people[role].id)
        assert viewer is not None
        accept(db, viewer, offered_by_word(db, SECRET, viewer, word_of(SECRET, mentorship)))
        if ends:
            self._write(db, enrolment, Visibility.MENTOR, mentorship.id)
            end_mentorship(db, mentorship, actor_id=enrolment.person_id)
        return mentorship

    def _write(
        self, db: Session, enrolment: Enrolment, visibility: Visibility, mentorship_id: int | None
    ) -> Post:
        once = f"{visibility} {mentorship_id}"
        post = start_post(
            db, enrolment.person_id, once=once, language="en", visibility=visibility, enrolment=enrolment
        )
        publish_post(
            db,
            post,
            title=once,
            body=f"kumquat {once}",
            visibility=visibility,
            version=post.version,
            mentorship_id=mentorship_id,
        )
        return post


@pytest.fixture
def near(site: Site) -> Iterator[Near]:
    yield Near(site)


def test_everyone_near_reads_and_answers_exactly_what_is_for_them(near: Near) -> None:
    wrong = []
    for role in ROLES.split():
        browser = near.site.client(near.people[role])
        for circle, readers in READERS.items():
            url, may = near.posts[circle], role in readers
            answers = {
                "read": browser.get(url).status_code == 200,
                "answer": browser.post(f"{url}/answers", data={"body": "Yes.", "once": role}).status_code
                == 303,
                "kept": browser.post(f"{url}/keep", data={"on": "1"}).status_code != 404,
                "report": browser.get(f"{url}/report").status_code == 200,
            }
            if role == "learner":
                answers = {"read": answers["read"]}
            wrong += [f"{role} {circle}: {what}" for what, could in answers.items() if could != may]
    assert not wrong, "\n".join(wrong)


def test_everyone_near_finds_exactly_what_is_for_them(near: Near) -> None:
    for role in ROLES.split():
        browser = near.site.client(near.people[role])
        found = browser.get("/search?q=kumquat").text + browser.get("/mentoring").text
        seen = {circle for circle, url in near.posts.items() if f'href="{url}"' in found}
        assert seen == {circle for circle, readers in READERS.items() if role in readers}, role


def test_everyone_near_gets_exactly_their_pages(near: Near) -> None:
    wrong = []
    for role in ROLES.split():
        browser = near.site.client(near.people[role])
        for address, allowed in PAGES.items():
            status = browser.get(address.format_map(near.names)).status_code
            if status != (200 if role in allowed else 404):
                wrong.append(f"{role}: {address} {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("address", ENDS)
def test_only_whose_it_is_ends_it(near: Near, address: str) -> None:
    allowed = ENDS[address]
    for role in sorted(ROLES.split(), key=lambda role: role in allowed):
        status = near.site.client(near.people[role]).post(address.format_map(near.names)).status_code
        assert status == (303 if role in allowed else 404), role


def test_nothing_stays_readable_after_the_end(near: Near) -> None:
    """The mentorship ends, and the learner leaves the group."""
    learner = near.site.client(near.people["learner"])
    assert learner.post(f"/enrolments/{near.names['enrolment']}/mentor/end").status_code == 303
    assert learner.post(f"/enrolments/{near.names['enrolment']}/leave").status_code == 303
    for role in ROLES.split()[1:]:
        browser = near.site.client(near.people[role])
        for (visibility, shares), url in near.posts.items():
            status = browser.get(url).status_code
            assert status == (200 if visibility is Visibility.MEMBERS else 404), (role, visibility, shares)
