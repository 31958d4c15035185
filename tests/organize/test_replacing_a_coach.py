"""An organizer replaces a coach, and reads first who can read what afterwards."""

from __future__ import annotations

from sqlalchemy import select

from app.cohorts.models import Cohort
from app.cohorts.queries import active_enrolment
from app.cohorts.services import add_coach, remove_coach
from app.journals.services import leave_cohort
from app.notices.models import Notice
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import crowd, reflect
from tests.pages import see, value, words


def url(site: Site) -> str:
    cast = site.cast
    return f"/organize/cohorts/{cast.cohort.public_id}/coaches/{cast.coach.handle}/remove"


def test_it_says_first_who_can_read_what_afterwards(site: Site) -> None:
    organizer = site.client(site.cast.organizer)
    group = see(organizer.get(f"/organize/cohorts/{site.cast.cohort.public_id}"))
    assert group.css_first(f'a[href="{url(site)}"]') is not None
    page = words(see(organizer.get(url(site))))
    assert "Cora Janssens reads nothing more that was shared with the coach or the group" in page
    assert "also what they shared before today" in page
    assert "Nobody else coaches this group." in page
    assert "organizing gives no right to read posts" in page
    assert words(see(site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach")))


def test_who_coaches_instead_reads_what_was_shared_before_and_the_other_nothing_more(site: Site) -> None:
    cast = site.cast
    shared = reflect(site, cast.learner, visibility="coaches", title="For my coach")
    kept = reflect(site, cast.learner, "second", visibility="private")
    see(site.client(cast.stranger).get(shared), 404)
    form = {"email": "Stien@example.org"}
    answer = site.client(cast.organizer).post(url(site), data=form)
    see(answer, 303)
    done = words(see(site.client(cast.organizer).get(answer.headers["location"])), "#coaches ~ ul")
    assert "Stien Vos" in done and "Cora" not in done
    assert "For my coach" in words(see(site.client(cast.stranger).get(shared)))
    see(site.client(cast.stranger).get(kept), 404)
    see(site.client(cast.coach).get(shared), 404)
    see(site.client(cast.organizer).get(shared), 404)


def test_an_address_that_nobody_has_changes_nothing(site: Site) -> None:
    organizer = site.client(site.cast.organizer)
    for email in ("nobody@example.org", "cora@example.org", "no address"):
        page = see(organizer.post(url(site), data={"email": email}), 422)
        assert value(page, "email") == email and words(page, "#f-email-error")
    see(site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach"))


def test_a_coach_goes_without_anybody_in_their_place(site: Site) -> None:
    see(site.client(site.cast.organizer).post(url(site)), 303)
    see(site.client(site.cast.organizer).post(url(site)), 404)
    see(site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach"), 404)


def told(site: Site, person: Person) -> str:
    return words(see(site.client(person).get("/notices")))


def test_who_learns_in_a_group_is_told_who_coaches_it_from_now_on(site: Site) -> None:
    cast = site.cast
    sentence = "Stien Vos coaches a group of yours now, and reads what you share with its coaches"
    for status in (303, 404):
        form = {"email": "Stien@example.org"}
        see(site.client(cast.organizer).post(url(site), data=form), status)
        site.work()
    for person in (cast.learner, cast.peer):
        assert told(site, person).count(sentence) == 1
    for person in (cast.other_learner, cast.stranger, cast.coach):
        assert sentence not in told(site, person)
    with site.db() as db:
        kinds = db.scalars(select(Notice.kind).where(Notice.person_id == cast.learner.id)).all()
    assert kinds == ["coach"], "who coached from the beginning is no news"


def test_nobody_is_told_of_a_coach_who_is_none_any_more(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        cohort = db.get_one(Cohort, cast.cohort.id)
        add_coach(db, cohort, cast.stranger.id, actor_id=cast.organizer.id)
        remove_coach(db, cohort, cast.stranger.id, actor_id=cast.organizer.id)
    site.work()
    assert "coaches a group of yours" not in told(site, cast.learner)


def test_what_was_told_of_a_coach_is_gone_with_them_and_for_who_leaves(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        cohort = db.get_one(Cohort, cast.cohort.id)
        add_coach(db, cohort, cast.stranger.id, actor_id=cast.organizer.id)
    site.work()
    for person in (cast.learner, cast.peer):
        assert "coaches a group of yours" in told(site, person)
    with site.db() as db:
        enrolment = active_enrolment(db, cast.peer.id, cohort.programme_slug)
        assert enrolment is not None
        leave_cohort(db, enrolment, actor_id=cast.peer.id)
    assert "coaches a group of yours" not in told(site, cast.peer)
    assert "coaches a group of yours" in told(site, cast.learner)
    with site.db() as db:
        remove_coach(db, cohort, cast.stranger.id, actor_id=cast.organizer.id)
    assert "coaches a group of yours" not in told(site, cast.learner)


def test_a_large_group_is_told_some_at_a_time_and_everybody_once(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        cohort = db.get_one(Cohort, cast.cohort.id)
        crowd(db, [f"Jan {number:03}" for number in range(105)], cohort)
        add_coach(db, cohort, cast.stranger.id, actor_id=cast.organizer.id)
        add_coach(db, cohort, cast.stranger.id, actor_id=cast.organizer.id)
    site.work()
    with site.db() as db:
        people = db.scalars(select(Notice.person_id).where(Notice.kind == "coach")).all()
    assert len(people) == len(set(people)) == 107
