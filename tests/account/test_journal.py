"""Taking one's own journal along."""

from __future__ import annotations

from datetime import time
from io import BytesIO
from zipfile import ZipFile

import yaml
from sqlalchemy import select

from app.growth.models import Moment, Use
from app.growth.services import Sense, Sureness, add_line, look_back, rate_oneself, say_use
from app.journals.models import Picture, Post
from app.keeping.records import choose_posts
from app.plans.services import Slot, keep_plan
from tests.cast import PROGRAMME
from tests.conftest import BASE_URL, Site
from tests.deeds import enrolments_of, reflect
from tests.learn.test_pictures import address_in, published
from tests.pages import see, words


def archive(site: Site, role: str = "learner") -> ZipFile:
    answer = site.client(getattr(site.cast, role)).get("/account/journal.zip")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return ZipFile(BytesIO(answer.content))


def text(zipped: ZipFile, name: str) -> str:
    return zipped.read(name).decode()


def posts(zipped: ZipFile, folder: str = "posts") -> list[str]:
    return [name for name in zipped.namelist() if name.startswith(f"{folder}/")]


def test_each_post_is_a_file_that_says_what_it_is(site: Site) -> None:
    url = reflect(
        site, site.cast.learner, title="A find: “maps”", body="Three *sentences*.", visibility="private"
    )
    zipped = archive(site)
    (name,) = posts(zipped)
    assert name.endswith("-a-find-maps.md")
    _, head, body = text(zipped, name).split("---\n", 2)
    facts = yaml.safe_load(head)
    assert (facts["title"], facts["thing"]) == ("A find: “maps”", "1: The first Thing")
    assert (facts["readers"], facts["address"]) == ("only the writer", f"{BASE_URL}{url}")
    assert body == "\nThree *sentences*.\n"


def test_pictures_lie_beside_the_texts(site: Site) -> None:
    address = published(site, "cohort")
    public_id = address.removeprefix("/pictures/")[:12]
    zipped = archive(site)
    with site.db() as db:
        assert zipped.read(f"pictures/{public_id}.webp") == db.scalars(select(Picture.content)).one()
    assert f"![A shelf of maps](../pictures/{public_id}.webp)" in text(zipped, posts(zipped)[0])
    assert f'src="pictures/{public_id}.webp"' in text(zipped, "journal.html")
    assert "/pictures/" not in text(zipped, "journal.html").replace('src="pictures/', "")


def test_drafts_come_along_in_a_folder_of_their_own(site: Site) -> None:
    client = site.client(site.cast.learner)
    client.post(
        f"/programmes/{PROGRAMME}/second/reflect", data={"body": "Half a thought.", "action": "draft"}
    )
    post = reflect(site, site.cast.learner, body="As published.")
    client.post(f"{post}/edit", data={"body": "As it is being changed.", "action": "draft"})
    zipped = archive(site)
    assert len(posts(zipped)) == 1 and len(posts(zipped, "drafts")) == 2
    drafts = "".join(text(zipped, name) for name in posts(zipped, "drafts"))
    assert "Half a thought." in drafts and "As it is being changed." in drafts


def test_posts_of_one_name_and_day_are_two_files(site: Site) -> None:
    for _ in range(2):
        reflect(site, site.cast.learner, title="../../etc/passwd")
    names = posts(archive(site))
    assert len(set(names)) == 2 and all(name.count("/") == 1 and ".." not in name for name in names)


def test_one_page_has_everything_and_leads_back_here(site: Site) -> None:
    script = "<script>alert(1)</script>"
    reflect(site, site.cast.learner, title=script, body=f"{script} [home](/programmes)")
    page = text(archive(site), "journal.html")
    assert script not in page and "&lt;script&gt;" in page
    assert f'href="{BASE_URL}/programmes"' in page
    assert "Journal of Lena Maes" in page


def test_the_page_to_print_has_everything_too(site: Site) -> None:
    reflect(site, site.cast.learner, title="The first find")
    reflect(site, site.cast.learner, title="The second find", visibility="private")
    shown = words(see(site.client(site.cast.learner).get("/account/journal")))
    assert shown.index("The first find") < shown.index("The second find")
    assert "only the writer" in shown


def test_what_was_deleted_and_what_others_wrote_stays(site: Site) -> None:
    gone = reflect(site, site.cast.learner, body="For the bin.")
    site.client(site.cast.learner).post(f"{gone}/delete")
    reflect(site, site.cast.peer, body="By Piet.", visibility="public")
    address = published(site, "cohort")
    for role, pictures in (("learner", 1), ("peer", 0)):
        zipped = archive(site, role)
        everything = "".join(text(zipped, name) for name in zipped.namelist() if not name.endswith(".webp"))
        assert "For the bin." not in everything
        assert ("By Piet." in everything) == (role == "peer")
        assert len(posts(zipped, "pictures")) == pictures
    assert address_in(f"![x]({address})") == address


def test_an_empty_journal_is_no_error(site: Site) -> None:
    assert archive(site, "stranger").namelist() == ["journal.html"]
    assert "still empty" in words(see(site.client(site.cast.stranger).get("/account/journal")))


def test_more_pictures_than_are_read_at_once(site: Site) -> None:
    reflect(site, site.cast.learner)
    with site.db() as db:
        post = db.scalars(select(Post)).one()
        pictures = [Picture(post_id=post.id, content=bytes([n]), digest="x", size=1) for n in range(25)]
        db.add_all(pictures)
        db.flush()
        kept = {f"pictures/{picture.public_id}.webp": bytes([n]) for n, picture in enumerate(pictures)}
    zipped = archive(site)
    assert {name: zipped.read(name) for name in posts(zipped, "pictures")} == kept


def test_the_number_of_statements_does_not_depend_on_how_much_there_is(site: Site) -> None:
    client, counts = site.client(site.cast.learner), []
    for _ in range(2):
        reflect(site, site.cast.learner)
        with site.statements() as statements:
            assert client.get("/account/journal").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 2


def test_what_was_said_of_things_and_of_oneself_comes_along(site: Site) -> None:
    learner = site.cast.learner
    assert "said.md" not in archive(site).namelist()
    with site.db() as db:
        enrolment, third = enrolments_of(db, site.cast.cohort)[0], site.programme.things[2]
        say_use(db, enrolment.id, third, Use.SOON)
        add_line(db, enrolment.id, third, "At the desk.", quotable=True)
        look_back(db, enrolment.id, {third: Sense(20, 5)})
        rate_oneself(db, enrolment.id, Moment.START, Sureness(1, 5, None))
        assert enrolment.person_id == learner.id
    said = text(archive(site), "said.md")
    assert "## 3. The third Thing" in said and "## At the start: Demo programme" in said
    for line in ("At work: Soon", "20 minutes", "Very useful", "At the desk. (may be quoted)"):
        assert f"- {line}\n" in said
    assert "- I dare to try something new: Not yet\n- I can help a visitor: Fully\n" in said
    assert "whom to ask" not in said and "said.md" not in archive(site, "peer").namelist()


def test_a_plan_and_what_was_chosen_for_a_record_come_along(site: Site) -> None:
    zipped = archive(site)
    assert not {"plan.md", "record.md"} & set(zipped.namelist())
    post = reflect(site, site.cast.learner, title="A find", visibility="private")
    reflect(site, site.cast.learner, title="Not chosen")
    gone = reflect(site, site.cast.learner, title="Deleted since")
    with site.db() as db:
        enrolment = enrolments_of(db, site.cast.cohort)[0]
        db.refresh(enrolment, ["cohort"])
        keep_plan(db, enrolment, [Slot(3, time(9, 30), 30)], time_zone="Europe/Brussels", lead=15)
        chosen = [address.rpartition("/")[2] for address in (post, gone)]
        choose_posts(db, enrolment, chosen, whole=True)
    site.client(site.cast.learner).post(f"{gone}/delete")
    zipped = archive(site)
    plan, record = text(zipped, "plan.md"), text(zipped, "record.md")
    assert "## Demo programme" in plan and "- Thursday 9:30, 30 minutes" in plan
    assert "A quarter of an hour before" in plan and "Brussels" in plan
    assert f"- [A find]({BASE_URL}{post})" in record and "the whole text" in record
    assert "Not chosen" not in record and "Deleted since" not in record
    assert not {"plan.md", "record.md"} & set(archive(site, "peer").namelist())
