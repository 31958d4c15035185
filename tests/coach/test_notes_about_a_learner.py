"""Notes about a learner among coaches, and at which meetings somebody was."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

from starlette.testclient import TestClient

from app.clock import now, set_to
from app.cohorts.models import Cohort
from app.cohorts.services import add_coach
from app.journals.services import join_cohort
from tests.conftest import Site
from tests.deeds import crowd
from tests.pages import see, value, words
from tests.sessions.deeds import plan, work_of

TEXT = "Prefers **mornings**; ask about the choir."


def url(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/learners/lena-maes"


def note(site: Site, text: str = TEXT, once: str = "a-note") -> None:
    see(site.client(site.cast.coach).post(f"{url(site)}/notes", data={"body": text, "once": once}), 303)


def edit_link(site: Site) -> str:
    page = see(site.client(site.cast.coach).get(url(site)))
    return page.css_first('a[href*="/notes/"][href$="/edit"]').attributes["href"] or ""


def archived(site: Site) -> str:
    answer = site.client(site.cast.learner).get("/account/journal.zip")
    with ZipFile(BytesIO(answer.content)) as zipped:
        names = zipped.namelist()
        return zipped.read("from-coaches.md").decode() if "from-coaches.md" in names else ""


def test_the_coaches_of_the_group_read_it_and_its_writer_changes_it(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_coach.id, actor_id=None)
    note(site)
    note(site)
    page = see(site.client(cast.coach).get(url(site)))
    assert [node.text() for node in page.css(".note strong")] == ["mornings"]
    assert "when they take along their data, they get this note" in words(page)
    other = see(site.client(cast.other_coach).get(url(site)))
    assert "ask about the choir" in words(other) and not other.css('a[href*="/notes/"][href$="/edit"]')
    see(site.client(cast.other_coach).get(edit_link(site)), 404)
    assert value(see(site.client(cast.coach).get(edit_link(site))), "body") == TEXT
    see(site.client(cast.coach).post(edit_link(site), data={"body": "Evenings."}), 303)
    page = words(see(site.client(cast.other_coach).get(url(site))))
    assert "Evenings." in page and "edited" in page and "choir" not in page
    see(site.client(cast.coach).post(edit_link(site).replace("/edit", "/delete")), 303)
    assert "Evenings." not in words(see(site.client(cast.coach).get(url(site))))


def test_an_empty_note_is_refused_beside_its_field(site: Site) -> None:
    answer = site.client(site.cast.coach).post(f"{url(site)}/notes", data={"body": "  \n", "once": "x"})
    page = see(answer, 422)
    assert "Fill this in." in words(page, "#f-body-error") and page.css_first("details[open] #f-body")


def test_learners_find_notes_nowhere_but_in_the_archive_of_their_data(site: Site) -> None:
    assert archived(site) == ""
    note(site)
    learner = site.client(site.cast.learner)
    for page in ("/", f"/cohorts/{site.cast.cohort.public_id}", "/notices", "/account", "/account/journal"):
        assert "choir" not in learner.get(page).text
    see(learner.get(url(site)), 404)
    file = archived(site)
    assert TEXT in file and "Riverside Library" in file and "Cora" not in file


def test_coaches_of_a_later_group_do_not_read_what_was_noted_before(site: Site) -> None:
    cast = site.cast
    note(site)
    with site.db() as db:
        join_cohort(db, cast.learner.id, db.get_one(Cohort, cast.other_cohort.id))
    see(site.client(cast.coach).get(url(site)), 404)
    later = f"/cohorts/{cast.other_cohort.public_id}/coach/learners/lena-maes"
    assert "choir" not in words(see(site.client(cast.other_coach).get(later)))
    assert TEXT in archived(site)


def test_the_page_says_at_which_meetings_they_were(site: Site) -> None:
    cast, at = site.cast, now()
    first = plan(site, at + timedelta(days=1), title="Kick-off", once="a")
    plan(site, at + timedelta(days=2), title="Second time", once="b")
    gone = plan(site, at + timedelta(days=2), title="Cancelled one", once="c")
    see(site.client(cast.learner).post(f"{first}/answer", data={"answer": "no"}), 303)
    see(site.client(cast.coach).post(f"{work_of(gone)}/cancel"), 303)
    with set_to(at + timedelta(days=2)):
        path = f"{first.replace('/sessions/', '/coach/sessions/')}/attendance/lena-maes"
        see(site.client(cast.coach).post(path, data={"present": "1"}), 303)
    with set_to(at + timedelta(days=3)):
        page = words(see(site.client(cast.coach).get(url(site))))
    assert "There at 1 of 2 since they joined." in page
    assert "Kick-off" in page and "Second time" in page and "Cancelled one" not in page


def test_the_page_costs_the_same_for_many_notes(site: Site) -> None:
    coach = site.client(site.cast.coach)
    note(site)
    before = cost(site, coach)
    for number in range(5):
        note(site, once=f"note-{number}")
    with site.db() as db:
        crowd(db, ["Somebody A", "Somebody B"], db.get_one(Cohort, site.cast.cohort.id))
    assert cost(site, coach) == before


def cost(site: Site, coach: TestClient) -> int:
    with site.statements() as seen:
        see(coach.get(url(site)))
    return len(seen)
