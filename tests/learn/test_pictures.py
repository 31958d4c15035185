"""Pictures in posts: added in three places, seen by whoever reads the post, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from app.cohorts.queries import active_enrolment
from app.journals.models import Picture, Post, Visibility
from app.journals.services import MOST_PICTURES
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.journals.test_pictures import upload
from tests.pages import see, value

REFLECT = f"/programmes/{PROGRAMME}/first/reflect"
SCRIPT = {"HX-Request": "true"}
MARKDOWN = re.compile(r"!\[(.+)\]\((/pictures/\S+)\)")


def add(
    client: TestClient,
    url: str = f"{REFLECT}/pictures",
    data: bytes | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **fields: str,
) -> Response:
    form = {"alt": "A shelf of maps", "body": "Look:", "visibility": "cohort", "once": "a-mark", **fields}
    files = {"picture": ("shelf.jpg", upload() if data is None else data, "image/jpeg")}
    return client.post(url, data=form, files=files, headers=headers)


def address_in(text: str) -> str:
    found = MARKDOWN.search(text)
    assert found, text
    return found[2]


def published(site: Site, visibility: str) -> str:
    """The address of a picture of the learner's, in a post that they published."""
    client = site.client(site.cast.learner)
    add(client)
    page = see(client.get(REFLECT))
    form = {name: value(page, name) for name in ("body", "once", "version", "window")}
    see(client.post(REFLECT, data={**form, "visibility": visibility, "action": "publish"}), 303)
    return address_in(form["body"])


def test_without_a_script_it_stands_at_the_end_of_the_text(site: Site) -> None:
    client = site.client(site.cast.learner)
    answer = add(client)
    assert (answer.status_code, answer.headers["location"]) == (303, REFLECT)
    page = see(client.get(REFLECT))
    text = value(page, "body")
    assert re.fullmatch(r"Look:\n\n!\[A shelf of maps\]\(/pictures/\S+\)\n", text)
    picture = client.get(address_in(text))
    assert picture.status_code == 200 and picture.headers["content-type"] == "image/webp"
    assert picture.content[:4] == b"RIFF" and picture.headers["x-content-type-options"] == "nosniff"


def test_a_script_gets_the_markdown_and_puts_it_where_the_cursor_is(site: Site) -> None:
    client = site.client(site.cast.learner)
    answer = add(client, headers=SCRIPT)
    line = see(answer).css_first("#picture-said")
    assert line.text() == "The picture is in your text."
    markdown = line.attributes["data-markdown"] or ""
    assert client.get(address_in(markdown)).status_code == 200
    assert MARKDOWN.search(value(see(client.get(REFLECT)), "body")) is None, (
        "its text is saved as it is typed"
    )


def test_in_a_post_without_a_thing_and_in_one_that_is_changed(site: Site) -> None:
    client = site.client(site.cast.learner)
    with site.db() as db:
        enrolment = active_enrolment(db, site.cast.learner.id, PROGRAMME)
        assert enrolment is not None
    begun = add(client, f"/posts/new/pictures?group={enrolment.public_id}").headers["location"]
    assert re.fullmatch(r"/journals/lena-maes/\w+/edit", begun)
    changed = value(see(client.get(begun)), "body")
    form = {name: value(see(client.get(begun)), name) for name in ("once", "version")}
    again = add(client, f"{begun}/pictures", body=changed, alt="Another", **form)
    assert again.headers["location"] == begun
    assert len(MARKDOWN.findall(value(see(client.get(begun)), "body"))) == 2


def test_readers_see_it_in_the_post_with_its_place_kept(site: Site) -> None:
    address = published(site, "cohort")
    peer = site.client(site.cast.peer)
    with site.db() as db:
        post = db.scalars(select(Post).where(Post.author_id == site.cast.learner.id)).one()
    picture = see(peer.get(f"/journals/lena-maes/{post.public_id}")).css_first(".prose img")
    assert picture.attributes == {
        "src": address,
        "alt": "A shelf of maps",
        "loading": "lazy",
        "width": "40",
        "height": "30",
    }
    assert peer.get(address).status_code == 200


READERS = {
    "private": ("learner",),
    "coaches": ("learner", "coach"),
    "cohort": ("learner", "peer", "coach"),
    "members": ("learner", "peer", "coach", "other_learner", "other_coach", "organizer", "administrator"),
}


@pytest.mark.parametrize("visibility", READERS)
def test_who_may_not_read_the_post_does_not_see_its_pictures(site: Site, visibility: str) -> None:
    address = published(site, visibility)
    everyone = READERS["members"]
    seen = [
        role for role in everyone if site.client(getattr(site.cast, role)).get(address).status_code == 200
    ]
    assert tuple(seen) == READERS[visibility]
    assert site.client().get(address).status_code == 404


def test_on_the_web_everyone_sees_it_and_narrowing_works_at_once(site: Site) -> None:
    address = published(site, "public")
    visitor = site.client()
    first = visitor.get(address)
    assert first.status_code == 200 and first.headers["cache-control"] == "private, no-cache"
    known = {"if-none-match": first.headers["etag"]}
    assert visitor.get(address, headers=known).status_code == 304
    with site.db() as db:
        post = db.scalars(select(Post).where(Post.author_id == site.cast.learner.id)).one()
        post.visibility = Visibility.PRIVATE
    assert visitor.get(address, headers=known).status_code == 404


def test_a_picture_in_a_draft_is_its_writers_alone(site: Site) -> None:
    address = address_in(add(site.client(site.cast.learner), headers=SCRIPT).text)
    for role in ("peer", "coach", "organizer", "administrator"):
        assert site.client(getattr(site.cast, role)).get(address).status_code == 404


@pytest.mark.parametrize("name", ["nosuch", "k3j9x2abc234-40x30.webp", "..%2faccount", "x" * 3000])
def test_what_never_was_is_not_found(site: Site, name: str) -> None:
    assert site.client(site.cast.learner).get(f"/pictures/{name}").status_code == 404


@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["page", "script"])
@pytest.mark.parametrize(
    ("data", "alt", "why"),
    [
        (b"", "A shelf", "Fill this in."),
        (None, "", "Fill this in."),
        (b"no picture", "A shelf", "This is no picture that we can read."),
        (b"x" * 12_000_001, "A shelf", "This picture is too large."),
        (None, "x" * 301, "Use at most 300 characters."),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_what_was_typed_is_kept(
    site: Site, data: bytes | None, alt: str, why: str, headers: dict[str, str]
) -> None:
    answer = add(site.client(site.cast.learner), data=data, alt=alt, headers=headers, body="Typed before.")
    assert answer.status_code == 422 and why in answer.text
    if not headers:
        page = see(answer, 422)
        assert value(page, "body") == "Typed before." and value(page, "alt") == alt
        assert page.css_first(".picture-box").attributes.keys() >= {"open"}
    with site.db() as db:
        assert db.scalars(select(Picture.id)).all() == [] and db.scalars(select(Post.id)).all() == []


def test_a_body_that_is_far_too_large_is_refused_at_once(site: Site) -> None:
    client = site.client(site.cast.learner)
    assert add(client, data=b"x" * 20_000_000).status_code == 413
    assert client.post(REFLECT, data={"body": "x" * 2_500_000}).status_code == 413


def test_two_files_are_not_one(site: Site) -> None:
    files = [("picture", ("a.jpg", upload(), "image/jpeg")), ("other", ("b.jpg", upload(), "image/jpeg"))]
    client = site.client(site.cast.learner)
    assert client.post(f"{REFLECT}/pictures", data={"alt": "A"}, files=files).status_code == 400


def test_there_is_an_end_to_pictures(site: Site) -> None:
    client = site.client(site.cast.learner)
    add(client, headers=SCRIPT)
    with site.db() as db:
        one = db.scalars(select(Picture)).one()
        for _ in range(MOST_PICTURES - 1):
            db.add(Picture(post_id=one.post_id, content=b"x", digest="x", size=1))
    answer = add(client, headers=SCRIPT)
    assert answer.status_code == 422 and "That is enough." in answer.text


def test_a_picture_that_was_taken_out_of_a_post_is_its_writers_alone(site: Site) -> None:
    address = published(site, "public")
    client, visitor = site.client(site.cast.learner), site.client()
    assert visitor.get(address).status_code == 200
    page = see(client.get(REFLECT))
    form = {name: value(page, name) for name in ("once", "version", "window")}
    changed = {**form, "body": "Without it.", "visibility": "public", "action": "publish"}
    see(client.post(REFLECT, data=changed), 303)
    assert visitor.get(address).status_code == 404 and client.get(address).status_code == 200


def test_only_files_are_large(site: Site) -> None:
    """What is read into memory, before anybody knows who sends it, stays small."""
    url, kind = f"{REFLECT}/pictures", {"content-type": "application/x-www-form-urlencoded"}
    assert site.client().post(url, content=b"body=" + b"%41" * 1_000_000, headers=kind).status_code == 413


def test_deleting_a_post_makes_room(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    address = published(site, "public")
    with site.db() as db:
        monkeypatch.setattr("app.journals.services.MOST_BYTES", db.scalars(select(Picture.size)).one())
        post = db.scalars(select(Post)).one()
    client = site.client(site.cast.learner)
    refused = add(client, "/posts/new/pictures", once="another")
    assert refused.status_code == 422 and "There is no room" in refused.text
    client.post(f"/journals/lena-maes/{post.public_id}/delete")
    assert add(client, "/posts/new/pictures", once="another").status_code == 303
    assert client.get(address).status_code == 404


def test_another_window_is_not_overwritten(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.post(REFLECT, data={"body": "From the other window.", "once": "a-mark", "window": "other"})
    answer = add(client, body="From this one.", window="this", version="1")
    assert answer.status_code == 409
    page = see(answer, 409)
    assert "From the other window." in page.css_first(".version").text()
    assert value(page, "body") == "From this one.", "the picture is not there, so nothing leads to it"


def test_who_is_signed_out_keeps_the_text(site: Site) -> None:
    answer = add(site.client(), body="Typed for an hour.")
    assert answer.status_code == 403 and "Typed for an hour." in answer.text and "RIFF" not in answer.text


@pytest.mark.parametrize("role", ["peer", "coach", "organizer"])
def test_nobody_adds_a_picture_to_anothers_post(site: Site, role: str) -> None:
    published(site, "public")
    with site.db() as db:
        post = db.scalars(select(Post).where(Post.author_id == site.cast.learner.id)).one()
    url = f"/journals/lena-maes/{post.public_id}/edit/pictures"
    assert add(site.client(getattr(site.cast, role)), url).status_code == 404
