"""An organizer replaces a coach, and reads first who can read what afterwards."""

from __future__ import annotations

from tests.conftest import Site
from tests.deeds import reflect
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
