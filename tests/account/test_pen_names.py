"""Writing under a pen name: who sees which name, and a journal that moves."""

from __future__ import annotations

from tests.account.visits import PROFILE
from tests.conftest import Site
from tests.deeds import reflect
from tests.pages import see, value, words

PEN_NAME = {**PROFILE, "name": "Grey Heron", "real_name": "Lena Maes", "handle": "grey-heron"}


def test_others_see_the_pen_name_alone_and_coaches_and_organizers_both(site: Site) -> None:
    cast, group = site.cast, f"/cohorts/{site.cast.cohort.public_id}"
    reflect(site, cast.learner, visibility="public")
    assert site.client(cast.learner).post("/account/profile", data=PEN_NAME).status_code == 303
    for person in (cast.peer, cast.other_coach, None):
        client = site.client(person)
        pages = [client.get(url) for url in ("/journals/grey-heron", group, f"{group}/people", "/")]
        assert "Grey Heron" in pages[0].text
        assert not [page for page in pages if "Lena Maes" in page.text or "lena-maes" in page.text]
    coach, organizer = site.client(cast.coach), site.client(cast.organizer)
    assert "Grey Heron (Lena Maes)" in words(see(coach.get(f"{group}/coach")))
    assert "pen name of Lena Maes" in words(see(coach.get(f"{group}/coach/learners/grey-heron")))
    assert "pen name of Lena Maes" in words(see(organizer.get("/organize/people")))


def test_coaches_and_organizers_find_somebody_by_either_name(site: Site) -> None:
    cast = site.cast
    site.client(cast.learner).post("/account/profile", data=PEN_NAME)
    for query in ("heron", "maes"):
        grid = site.client(cast.coach).get(f"/cohorts/{cast.cohort.public_id}/coach?q={query}")
        people = site.client(cast.organizer).get(f"/organize/people?q={query}")
        assert "Grey Heron" in words(see(grid)) and "Piet Claes" not in words(see(grid))
        assert "Grey Heron" in words(see(people))


def test_a_journal_moves_only_when_its_address_is_changed(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.post("/account/profile", data={**PROFILE, "name": "Grey Heron"})
    see(client.get("/journals/lena-maes"))
    client.post("/account/profile", data=PEN_NAME)
    see(client.get("/journals/grey-heron"))
    see(client.get("/journals/lena-maes"), 404)


def test_an_address_that_somebody_has_is_refused_and_what_was_typed_is_kept(site: Site) -> None:
    client = site.client(site.cast.learner)
    page = see(client.post("/account/profile", data={**PEN_NAME, "handle": "piet-claes"}), 422)
    assert "Somebody else has this address." in words(page, "#f-handle-error")
    assert (value(page, "name"), value(page, "handle")) == ("Grey Heron", "piet-claes")
    page = see(client.get("/account"))
    assert (value(page, "name"), value(page, "handle")) == ("Lena Maes", "lena-maes")


def test_nobody_takes_the_address_that_a_journal_left_but_its_writer_may_go_back(site: Site) -> None:
    cast = site.cast
    site.client(cast.learner).post("/account/profile", data=PEN_NAME)
    taken = site.client(cast.peer).post("/account/profile", data={**PEN_NAME, "handle": "lena-maes"})
    assert "Somebody else has this address." in words(see(taken, 422), "#f-handle-error")
    signed_up = {"name": "Lena Maes", "email": "other@example.org", "password": "seven green umbrellas"}
    stranger = site.client()
    stranger.post("/sign-up", data=signed_up)
    assert 'href="/journals/lena-maes-' in stranger.get("/").text
    back = {**PEN_NAME, "handle": "lena-maes"}
    assert site.client(cast.learner).post("/account/profile", data=back).status_code == 303
    see(site.client(cast.learner).get("/journals/lena-maes"))


def test_an_address_is_made_of_letters_digits_and_hyphens(site: Site) -> None:
    client = site.client(site.cast.learner)
    for handle in ("Grey", "grey heron", "-grey", "grey--heron", "../x", "é", "feed.atom"):
        page = see(client.post("/account/profile", data={**PEN_NAME, "handle": handle}), 422)
        assert "Use small letters" in words(page, "#f-handle-error"), handle
