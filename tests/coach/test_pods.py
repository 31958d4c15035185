"""Small groups and buddies: dealt or by hand, told to whom they concern, and ended with the membership."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from sqlalchemy import select, update

from app.cohorts.models import Cohort, Enrolment, Pod
from app.cohorts.queries import active_enrolment
from app.cohorts.running import end_run
from app.cohorts.services import end_enrolment
from app.journals.services import join_cohort, leave_cohort
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd, reflect
from tests.pages import see, value, words


def coach_url(site: Site, rest: str = "") -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach{rest}"


def make(site: Site, *people: Person, name: str = "The bees", status: int = 303, **fields: str) -> str:
    """A small group by hand; its words on the coach's page, or what was answered."""
    form = {"name": name, "once": f"once {name}", "learner": [one.handle for one in people], **fields}
    answer = site.client(site.cast.coach).post(coach_url(site, "/pods"), data=form)
    return words(see(answer, status)) if status != 303 else overview(site)


def overview(site: Site) -> str:
    return words(see(site.client(site.cast.coach).get(coach_url(site, "/pods"))))


def pair(site: Site, *people: Person, status: int = 303, once: str = "a-pair") -> str:
    form = {"once": once, "learner": [one.handle for one in people]}
    answer = site.client(site.cast.coach).post(coach_url(site, "/buddies"), data=form)
    return words(see(answer, status)) if status != 303 else overview(site)


def home(site: Site, person: Person) -> str:
    return words(see(site.client(person).get("/")))


def test_a_coach_makes_a_small_group_by_hand_and_its_members_learn_of_it_by_name(site: Site) -> None:
    cast = site.cast
    assert "There are no small groups yet" in overview(site)
    assert "The bees LM Lena Maes PC Piet Claes" in make(site, cast.learner, cast.peer)
    make(site, cast.learner, cast.peer)
    notice = words(see(site.client(cast.peer).get("/notices")))
    assert notice.count("Cora Janssens put you into a small group") == 1
    page = see(site.client(cast.learner).get("/"))
    assert "My small group: The bees" in words(page)
    assert page.css_first(f'main a[href="/journals/{cast.peer.handle}"]') is not None
    group = see(site.client(cast.learner).get(f"/cohorts/{cast.cohort.public_id}"))
    assert "My small group: The bees" in words(group, "aside")


@pytest.mark.parametrize("names", ["learner", "learner other_learner", ""])
def test_a_small_group_has_two_to_six_people_of_the_group(site: Site, names: str) -> None:
    people = [getattr(site.cast, name) for name in names.split()]
    assert "Choose two to six people." in make(site, *people, status=422)


def test_two_small_groups_cannot_have_one_name(site: Site) -> None:
    cast = site.cast
    make(site, cast.learner, cast.peer)
    page = make(site, cast.learner, cast.peer, name="THE BEES", status=422)
    assert "There is a small group with this name already." in page


def test_small_groups_are_looked_at_before_they_are_made(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        cohort = db.get_one(Cohort, cast.cohort.id)
        crowd(db, ["Ann", "Bob", "Cem"], cohort)
        done = update(Enrolment).where(Enrolment.cohort_id == cast.cohort.id)
        db.execute(done.where(Enrolment.person_id == cast.learner.id).values(things_complete=9))
    browser = site.client(cast.coach)
    page = see(browser.get(coach_url(site, "/pods/deal?size=2&mix=alike")))
    assert "Nothing has happened yet" in words(page)
    assert "Lena Maes 9 Things done" in words(page)
    assert len(page.css("fieldset")) == 2 and "There are no small groups yet" in overview(site)
    form = {
        "name": ["Owls", "Bees"],
        "members": [field.attributes["value"] for field in page.css('[name="members"]')],
        "once": value(page, "once"),
    }
    see(browser.post(coach_url(site, "/pods/deal"), data=form), 303)
    see(browser.post(coach_url(site, "/pods/deal"), data=form), 303)
    with site.db() as db:
        assert [pod.name for pod in db.scalars(select(Pod).order_by(Pod.name_key))] == ["Bees", "Owls"]
        sizes = [
            len(db.scalars(select(Enrolment.id).where(Enrolment.pod_id == pod)).all())
            for pod in db.scalars(select(Pod.id))
        ]
    assert sorted(sizes) == [2, 3]
    assert "Owls" in overview(site)
    page = see(browser.get(coach_url(site, "/pods/deal?size=2&anew=1")))
    form = {**form, "name": ["Owls", "Foxes"], "anew": "1", "once": value(page, "once")}
    see(browser.post(coach_url(site, "/pods/deal"), data=form), 303)
    assert "Foxes" in overview(site) and "Bees" not in overview(site)


def test_what_was_dealt_is_refused_where_it_no_longer_fits(site: Site) -> None:
    cast = site.cast
    handles = f"{cast.learner.handle} {cast.peer.handle}"
    form = {"name": ["A", "B"], "members": [handles, handles], "once": "twice"}
    answer = site.client(cast.coach).post(coach_url(site, "/pods/deal"), data=form)
    assert "Choose two to six people." in words(see(answer, 422))
    form = {"name": ["A"], "members": [f"{cast.learner.handle} {cast.stranger.handle}"], "once": "alone"}
    answer = site.client(cast.coach).post(coach_url(site, "/pods/deal"), data=form)
    assert "Choose two to six people." in words(see(answer, 422))


def test_a_coach_moves_people_and_dissolves(site: Site) -> None:
    cast = site.cast
    make(site, cast.learner, cast.peer)
    with site.db() as db:
        (ann,) = crowd(db, ["Ann"], db.get_one(Cohort, cast.cohort.id))
        pod = db.scalars(select(Pod)).one()
    browser, url = site.client(cast.coach), coach_url(site, f"/pods/{pod.public_id}")
    page = see(browser.get(url))
    assert value(page, "name") == "The bees" and len(page.css("[checked]")) == 2
    form = {"name": "The wasps", "once": "x", "learner": [cast.learner.handle, ann.handle]}
    see(browser.post(url, data=form), 303)
    assert "My small group: The wasps Ann" in home(site, cast.learner).replace(" A Ann", " Ann")
    assert "My small group" not in home(site, cast.peer)
    make(site, cast.learner, cast.peer, name="Others")
    assert "Alone here now" in overview(site)
    see(browser.post(f"{url}/dissolve"), 303)
    assert "The wasps" not in overview(site)


def test_buddies_are_paired_and_know_each_other(site: Site) -> None:
    cast = site.cast
    browser = site.client(cast.coach)
    page = see(browser.get(coach_url(site, "/buddies/deal?within=group")))
    form = {"members": [value(page, "members")], "once": value(page, "once")}
    see(browser.post(coach_url(site, "/buddies/deal"), data=form), 303)
    assert "My buddy PC Piet Claes" in home(site, cast.learner)
    assert "My buddy LM Lena Maes" in home(site, cast.peer)
    notice = words(see(site.client(cast.peer).get("/notices")))
    assert "Cora Janssens found a buddy for you" in notice
    assert "not two people" in words(see(browser.get(coach_url(site, "/buddies/deal"))))
    see(browser.post(coach_url(site, f"/buddies/{cast.peer.handle}/part")), 303)
    assert "My buddy" not in home(site, cast.learner)
    assert "Choose two people, or three." in pair(site, cast.learner, status=422)


def test_buddies_come_from_the_small_groups_first_and_who_is_left_over_next(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        ann, bob = crowd(db, ["Ann", "Bob"], db.get_one(Cohort, cast.cohort.id))
    make(site, cast.learner, ann)
    page = see(site.client(cast.coach).get(coach_url(site, "/buddies/deal?within=pods")))
    pairs = {frozenset(field.attributes["value"].split()) for field in page.css('[name="members"]')}
    assert pairs == {frozenset((ann.handle, cast.learner.handle)), frozenset((bob.handle, cast.peer.handle))}


@pytest.mark.parametrize("way", ["leaves", "removed", "ended", "rerun", "moves"])
def test_small_group_and_buddy_end_with_the_membership(site: Site, way: str) -> None:
    cast = site.cast
    make(site, cast.learner, cast.peer)
    pair(site, cast.learner, cast.peer)
    with site.db() as db:
        enrolment = active_enrolment(db, cast.learner.id, PROGRAMME)
        assert enrolment is not None
        if way == "ended":
            end_run(db, db.get_one(Cohort, cast.cohort.id), actor_id=None)
        elif way == "rerun":
            end_enrolment(db, enrolment)
        elif way == "moves":
            join_cohort(db, cast.learner.id, db.get_one(Cohort, cast.other_cohort.id))
        else:
            leave_cohort(db, enrolment, actor_id=cast.learner.id if way == "leaves" else cast.coach.id)
        db.refresh(enrolment)
        assert (enrolment.pod_id, enrolment.buddies) == (None, None)
        other = active_enrolment(db, cast.peer.id, PROGRAMME)
        assert other is not None and other.buddies is None
    for person in (cast.learner, cast.peer):
        assert "My buddy" not in home(site, person) and "My small group" not in home(site, person)


def test_the_stream_shows_what_the_small_group_writes(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        (ann,) = crowd(db, ["Ann"], db.get_one(Cohort, cast.cohort.id))
    make(site, cast.learner, ann)
    reflect(site, cast.learner, title="By one of us")
    reflect(site, cast.peer, title="By somebody else")
    url = f"/cohorts/{cast.cohort.public_id}"
    page = words(see(site.client(ann).get(f"{url}?show=pod")))
    assert "By one of us" in page and "By somebody else" not in page
    assert "By somebody else" in words(see(site.client(cast.peer).get(f"{url}?show=pod")))


def test_the_grid_is_grouped_by_small_group_and_the_file_has_it(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        ann, bob = crowd(db, ["Ann", "Bob"], db.get_one(Cohort, cast.cohort.id))
    make(site, ann, cast.peer, name="Zebras")
    make(site, bob, cast.learner, name="apes")
    page = see(site.client(cast.coach).get(coach_url(site, "?sort=pod")))
    heads = [node.text(strip=True) for node in page.css("tr.g-pod")]
    assert heads == ["apes", "Zebras"]
    text = site.client(cast.coach).get(coach_url(site, "/progress.csv")).text
    rows = {row["Name"]: row["Small group"] for row in csv.DictReader(StringIO(text))}
    assert rows == {"Ann": "Zebras", "Bob": "apes", "Lena Maes": "apes", "Piet Claes": "Zebras"}
    make(site, ann, cast.learner, name="Third")
    text = words(see(site.client(cast.coach).get(coach_url(site, "?sort=pod"))))
    assert text.index("apes") < text.index("Third") < text.index("Zebras")


def test_pages_ask_the_database_as_often_for_many_as_for_few(site: Site) -> None:
    cast = site.cast
    make(site, cast.learner, cast.peer)
    pair(site, cast.learner, cast.peer)
    asks = [
        (cast.coach, coach_url(site, "/pods")),
        (cast.coach, coach_url(site, "/pods/deal?anew=1")),
        (cast.learner, "/"),
        (cast.learner, f"/cohorts/{cast.cohort.public_id}?show=pod"),
    ]
    few = [_statements(site, *ask) for ask in asks]
    with site.db() as db:
        people = crowd(db, [f"P{n}" for n in range(24)], db.get_one(Cohort, cast.cohort.id))
    for number in range(0, 24, 3):
        make(site, *people[number : number + 3], name=f"Group {number}")
        pair(site, *people[number : number + 3], once=f"pair {number}")
    assert [_statements(site, *ask) for ask in asks] == few


def _statements(site: Site, person: Person, url: str) -> int:
    browser = site.client(person)
    see(browser.get(url))
    with site.statements() as statements:
        see(browser.get(url))
    return len(statements)
