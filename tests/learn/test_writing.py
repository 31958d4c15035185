"""Writing reflections and posts: drafts, publishing, changing, deleting."""

from __future__ import annotations

from httpx2 import Response
from sqlalchemy import select

from app.cohorts.services import enrol, remove_coach
from app.journals.models import Post
from tests.conftest import Site
from tests.pages import see, value, words

FIRST = "/programmes/demo-programme/first"
REFLECT = f"{FIRST}/reflect"


def posts(site: Site) -> list[Post]:
    with site.db() as db:
        return list(db.scalars(select(Post).order_by(Post.id)))


def publish(site: Site, **fields: str) -> Response:
    form = {"title": "A find", "body": "Three sentences.", "visibility": "cohort", "action": "publish"}
    return site.client(site.cast.learner).post(REFLECT, data={**form, **fields})


def test_the_editor_offers_the_prompts_and_names_the_readers(site: Site) -> None:
    page = see(site.client(site.cast.learner).get(REFLECT))
    assert words(page, ".prompts-box summary") == "Pick one. Three sentences are enough."
    assert "Who asked?" in words(page, ".prompts-box")
    choices = words(page, "fieldset")
    assert "You and your coach Cora Janssens." in choices
    assert "2 people in Riverside Library, and Cora Janssens." in choices
    assert "Your coach sees that you wrote, not what." in choices
    assert value(page, "visibility") == "coaches"


def test_alone_the_first_default_is_private_and_there_is_no_group_to_choose(site: Site) -> None:
    page = see(site.client(site.cast.loner).get(REFLECT))
    assert value(page, "visibility") == "private"
    assert [field.attributes["value"] for field in page.css("[name=visibility]")] == [
        "private",
        "members",
        "public",
    ]


def test_the_next_default_is_the_writers_last_choice(site: Site) -> None:
    publish(site, visibility="cohort")
    page = see(site.client(site.cast.learner).get("/programmes/demo-programme/second/reflect"))
    assert value(page, "visibility") == "cohort"


def test_publishing_leads_to_the_thing_where_the_post_is_listed(site: Site) -> None:
    answer = publish(site)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{FIRST}#written")
    assert "A find" in words(see(site.client(site.cast.learner).get(FIRST)), "#written")


def test_a_private_reflection_counts_and_only_its_writer_reads_it(site: Site) -> None:
    publish(site, visibility="private")
    post = posts(site)[0]
    url = f"/journals/lena-maes/{post.public_id}"
    see(site.client(site.cast.learner).get(url))
    for person in (site.cast.coach, site.cast.peer, site.cast.organizer, site.cast.administrator):
        see(site.client(person).get(url), 404)
    coach = see(
        site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach/learners/lena-maes")
    )
    assert "reflection written" in words(coach)
    assert "A find" not in words(coach)


def test_an_empty_text_is_refused_beside_the_field_and_the_title_kept(site: Site) -> None:
    page = see(publish(site, body="  \n "), 422)
    assert "Write a sentence or two first." in words(page, "#f-body-error")
    assert value(page, "title") == "A find"
    assert not posts(site)


def test_a_visibility_that_the_writer_has_not_is_refused(site: Site) -> None:
    form = {"body": "Alone.", "visibility": "cohort", "action": "publish"}
    page = see(site.client(site.cast.loner).post(REFLECT, data=form), 422)
    assert "Choose one of the options." in words(page)
    assert not posts(site)


def test_a_draft_is_nobody_elses_and_is_there_when_one_comes_back(site: Site) -> None:
    answer = publish(site, action="draft", body="Half a sentence")
    assert answer.headers["location"] == REFLECT
    page = see(site.client(site.cast.learner).get(REFLECT))
    assert value(page, "body") == "Half a sentence"
    url = f"/journals/lena-maes/{posts(site)[0].public_id}"
    see(site.client(site.cast.coach).get(url), 404)
    assert "Half" not in site.client(site.cast.peer).get(f"/cohorts/{site.cast.cohort.public_id}").text


def test_a_draft_makes_the_thing_started(site: Site) -> None:
    publish(site, action="draft")
    page = see(site.client(site.cast.learner).get("/"))
    assert "is-started" in page.html


def test_a_draft_saved_by_itself_says_when_and_names_the_post(site: Site) -> None:
    client = site.client(site.cast.learner)
    blank = see(client.get(REFLECT))
    form = {name: value(blank, name) for name in ("once", "window", "version", "visibility")}
    saved = see(
        client.post(REFLECT, data={**form, "body": "One", "action": "draft"}, headers={"HX-Request": "true"})
    )
    assert words(saved, "#saved").startswith("Saved ")
    assert value(saved, "version") == "2"
    for version in ("1", "2"):
        again = {**form, "version": version, "body": f"One, two ({version})", "action": "draft"}
        see(client.post(REFLECT, data=again, headers={"HX-Request": "true"}))
    assert [post.draft_body for post in posts(site)] == ["One, two (2)"]


def test_nothing_is_made_of_an_empty_draft(site: Site) -> None:
    client = site.client(site.cast.learner)
    see(client.post(REFLECT, data={"body": " ", "action": "draft"}, headers={"HX-Request": "true"}))
    assert not posts(site)


def test_two_windows_never_overwrite_each_other_and_both_texts_are_shown(site: Site) -> None:
    client = site.client(site.cast.learner)
    publish(site, action="draft", body="From the beginning", once="mark", window="one")
    mine = {"once": "mark", "window": "one", "version": "2", "visibility": "coaches"}
    theirs = {**mine, "window": "two"}
    client.post(REFLECT, data={**mine, "body": "From window one", "action": "draft"})
    page = see(client.post(REFLECT, data={**theirs, "body": "From window two", "action": "publish"}), 409)
    assert value(page, "body") == "From window two"
    assert "From window one" in words(page, ".versions")
    assert posts(site)[0].draft_body == "From window one"
    chosen = {**theirs, "version": value(page, "version"), "body": "From both", "action": "publish"}
    assert client.post(REFLECT, data=chosen).status_code == 303
    assert posts(site)[0].body == "From both"


def test_a_conflict_while_saving_by_itself_is_said_beside_the_text(site: Site) -> None:
    client = site.client(site.cast.learner)
    publish(site, action="draft", body="First", once="mark", window="one")
    late = {"once": "mark", "window": "two", "version": "1", "body": "Second", "action": "draft"}
    part = see(client.post(REFLECT, data=late, headers={"HX-Request": "true"}), 409)
    assert "another window" in words(part, "#saved")


def test_publishing_the_same_form_twice_makes_one_post(site: Site) -> None:
    for _ in range(3):
        assert publish(site, once="mark").status_code == 303
    for _ in range(3):
        assert publish(site).status_code == 303
    assert len(posts(site)) == 1


def test_a_mark_of_another_post_makes_a_post_of_its_own(site: Site) -> None:
    publish(site, once="mark")
    other = {"body": "About the second", "visibility": "private", "action": "publish", "once": "mark"}
    client = site.client(site.cast.learner)
    assert client.post("/programmes/demo-programme/second/reflect", data=other).status_code == 303
    assert [post.thing_slug for post in posts(site)] == ["first", "second"]


def test_what_is_typed_on_in_a_window_whose_post_was_deleted_is_not_lost(site: Site) -> None:
    publish(site, once="mark")
    client = site.client(site.cast.learner)
    client.post(f"/journals/lena-maes/{posts(site)[0].public_id}/delete")
    assert publish(site, once="mark", body="Typed on").status_code == 303
    assert [post.body for post in posts(site) if post.deleted_at is None] == ["Typed on"]


def test_a_preview_shows_the_text_and_saves_nothing(site: Site) -> None:
    page = see(publish(site, action="preview", body="Some **bold** words"))
    assert page.css_first(".preview strong").text() == "bold"
    assert value(page, "body") == "Some **bold** words"
    assert not posts(site)


def test_changing_a_published_post_is_seen_only_when_it_is_published_again(site: Site) -> None:
    publish(site)
    client = site.client(site.cast.learner)
    url = f"/journals/lena-maes/{posts(site)[0].public_id}"
    page = see(client.get(f"{url}/edit"))
    form = {name: value(page, name) for name in ("once", "window", "version", "visibility", "title")}
    client.post(f"{url}/edit", data={**form, "body": "Better words.", "action": "draft"})
    assert "Better words." not in client.get(url).text
    again = see(client.get(f"{url}/edit"))
    assert value(again, "body") == "Better words."
    form["version"] = value(again, "version")
    answer = client.post(f"{url}/edit", data={**form, "body": "Better words.", "action": "publish"})
    assert answer.headers["location"] == url
    assert "Better words." in client.get(url).text


def test_narrowing_who_reads_acts_at_once(site: Site) -> None:
    publish(site, visibility="cohort")
    url = f"/journals/lena-maes/{posts(site)[0].public_id}"
    see(site.client(site.cast.peer).get(url))
    publish(site, visibility="private")
    see(site.client(site.cast.peer).get(url), 404)


def test_deleting_can_be_undone_and_progress_follows_both(site: Site) -> None:
    client = site.client(site.cast.learner)
    publish(site)
    url = f"/journals/lena-maes/{posts(site)[0].public_id}"
    gone = client.post(f"{url}/delete")
    page = see(client.get(gone.headers["location"]))
    undo = page.css_first(".flash form").attributes["action"]
    assert undo == f"{url}/restore"
    see(client.get(url), 404)
    assert "no reflection yet" in words(see(client.get(FIRST)), "#left")
    client.post(undo)
    see(client.get(url))
    assert "reflection written" in words(see(client.get(FIRST)), "#left")


def test_nobody_edits_deletes_or_restores_what_is_anothers(site: Site) -> None:
    publish(site)
    url = f"/journals/lena-maes/{posts(site)[0].public_id}"
    for person in (site.cast.peer, site.cast.coach, site.cast.administrator):
        client = site.client(person)
        for path in ("edit", "delete", "restore"):
            see(client.post(f"{url}/{path}", data={"body": "Mine"}), 404)
        see(client.get(f"{url}/edit"), 404)


def test_a_post_without_a_thing_belongs_to_the_only_group(site: Site) -> None:
    client = site.client(site.cast.learner)
    page = see(client.get("/posts/new"))
    url = page.css_first("#editor").attributes["action"]
    answer = client.post(
        url, data={"title": "Found", "body": "A map.", "visibility": "cohort", "action": "publish"}
    )
    post = posts(site)[0]
    assert answer.headers["location"] == f"/journals/lena-maes/{post.public_id}"
    assert "Found" in words(see(site.client(site.cast.peer).get(f"/cohorts/{site.cast.cohort.public_id}")))


def test_with_several_enrolments_the_editor_asks_which_group(site: Site) -> None:
    with site.db() as db:
        enrol(db, site.cast.learner.id, "another-programme")
    page = see(site.client(site.cast.learner).get("/posts/new"))
    assert "Riverside Library" in words(page)
    see(site.client(site.cast.learner).get(page.css_first("main li a").attributes["href"]))


def test_a_group_of_somebody_elses_enrolment_is_not_found(site: Site) -> None:
    page = see(site.client(site.cast.learner).get("/posts/new"))
    url = page.css_first("#editor").attributes["action"]
    see(site.client(site.cast.peer).get(url), 404)
    see(site.client(site.cast.peer).post(url, data={"body": "x", "action": "publish"}), 404)


def test_in_a_group_without_a_coach_the_first_default_is_private(site: Site) -> None:
    with site.db() as db:
        remove_coach(db, site.cast.cohort, site.cast.coach.id, actor_id=None)
    client = site.client(site.cast.learner)
    page = see(client.get(REFLECT))
    assert value(page, "visibility") == "private"
    assert "coaches" not in [field.attributes["value"] for field in page.css("[name=visibility]")]
    assert client.post(REFLECT, data={"body": "Alone.", "action": "publish"}).status_code == 303
    assert posts(site)[0].visibility == "private"
