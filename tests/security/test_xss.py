"""Whatever people and authors write is text: no script of theirs runs, whichever page shows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Connection, update
from starlette.testclient import TestClient

from app.cohorts.models import Cohort
from app.journals.models import Post
from app.main import create_app
from app.people.models import Organization, Person
from app.people.passwords import Passwords
from tests.cast import PROGRAMME
from tests.conftest import CONTENT, Site, settings_for
from tests.pages import see
from tests.security.crawl import Seen, Walk, pages
from tests.security.routes import WRITES, once_each
from tests.security.world import ROLES, World, make_world

MARK = "kumquat7"
SCRIPTS = (
    f"<script>{MARK}()</script>",
    f'"><img src=x onerror={MARK}()>',
    f"'><svg onload={MARK}()>",
    f"</textarea></title></script><script>{MARK}()</script>",
    f"<a href=javascript:{MARK}()>x</a>",
    f'" autofocus onfocus={MARK}() x="',
)
MARKDOWN = f"""{SCRIPTS[0]}

[a link](javascript:{MARK}()) ![a picture](javascript:{MARK}()) <b onclick="{MARK}()">bold</b>

<iframe src="https://evil.example/{MARK}"></iframe> <style>* {{ display: none }}</style>

[data](data:text/html,<script>{MARK}()</script>) <https://example.org/"onmouseover="{MARK}()>

```"><script>{MARK}()</script>
{SCRIPTS[1]}
```
"""
URL_ATTRIBUTES = ("href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href")
NEVER = ("style", "srcdoc", "background", "ping")
FORBIDDEN = ("iframe", "object", "embed", "base", "style", "link[rel=import]", "foreignObject", "applet")
"""What no page of ours has."""
ECHOING = (
    "/{}",
    "/journals/{}",
    "/programmes/{}",
    "/join/{}",
    "/sign-in?next=/{}",
    "/posts/new?ask={}",
    "/organize/people?q={}",
    "/search?q={}",
    "/search?q=x&by={}",
)


@pytest.fixture(scope="session")
def hostile_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme of the tests with script in all its texts."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(CONTENT, folder, dirs_exist_ok=True)
    inside = folder / "things" / PROGRAMME
    for file in inside.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        for name, script in zip(("title", "summary"), SCRIPTS[3:5], strict=True):
            text = "\n".join(
                f"{name}: '{script.replace(chr(39), chr(39) * 2)}'" if line.startswith(f"{name}:") else line
                for line in text.splitlines()
            )
        text = text.replace("Finding", f"'{SCRIPTS[0]}'").replace("- [ ] ", f"- [ ] {SCRIPTS[1]} ")
        text = text.replace("## Discover\n", f"## Discover\n\n{MARKDOWN}\n")
        text = text.replace("- What went wrong?", f"- {SCRIPTS[2]}").replace("Its maker.", SCRIPTS[0])
        file.write_text(text + f"\n{MARKDOWN}", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def hostile_application(hostile_content: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    url = f"sqlite:///{tmp_path_factory.mktemp('unused') / 'dingen.db'}"
    provider = {
        "issuer": "http://127.0.0.1:9",
        "client_id": "x",
        "client_secret": "the secret of the client",
        "label": SCRIPTS[1],
    }
    app = create_app(settings_for(url, content_dir=hostile_content, oidc={"local": provider}))
    app.state.passwords = Passwords(cheap=True, at_once=4)
    app.state.site.name = SCRIPTS[0]
    return app


@pytest.fixture
def hostile(site: Site, hostile_application: FastAPI, connection: Connection) -> World:
    """A world in which every name, title and text is an attack."""
    hostile_application.state.database = site.database
    hostile_application.state.limiter = site.app.state.limiter
    site.app = hostile_application
    world = make_world(site, connection)
    with site.db() as db:
        for number, role in enumerate(ROLES[1:]):
            name = f"{SCRIPTS[number % len(SCRIPTS)]} {number}"
            person = world.person(role)
            person.handle = f'"><img src=x onerror={MARK}()>{number}'
            db.execute(
                update(Person)
                .where(Person.id == person.id)
                .values(name=name, name_key=name, about=SCRIPTS[1] + SCRIPTS[3], handle=person.handle)
            )
        for cohort in (site.cast.cohort, site.cast.other_cohort):
            db.execute(update(Cohort).where(Cohort.id == cohort.id).values(name=f"{SCRIPTS[3]} {cohort.id}"))
        db.execute(update(Organization).values(name=SCRIPTS[0]))
        db.execute(update(Post).where(Post.draft_body.is_not(None)).values(draft_title=SCRIPTS[3]))
        db.execute(update(Post).where(Post.draft_body.is_not(None)).values(draft_body=SCRIPTS[3] + MARKDOWN))
    return world


def publish_everywhere(world: World) -> None:
    """Posts and answers in the way that people write them."""
    for role in ("learner", "peer", "other_learner"):
        browser = world.browser(role)
        url = see(browser.get("/posts/new")).css_first("#editor").attributes["action"] or ""
        for visibility in ("cohort", "members", "public"):
            form = {"title": SCRIPTS[0], "body": MARKDOWN, "visibility": visibility, "action": "publish"}
            post = browser.post(url, data={**form, "once": visibility}).headers["location"]
            answer = browser.post(f"{post}/answers", data={"body": MARKDOWN, "audience": "readers"})
            assert answer.status_code == 303
            talk_below(browser, answer.headers["location"])


def meet(world: World) -> None:
    """A meeting in the way that a coach plans it and notes it down."""
    browser, base = world.browser("coach"), f"/cohorts/{world.site.cast.cohort.public_id}"
    form = {
        "title": SCRIPTS[0][:120],
        "on": "2031-05-06",
        "at": "10:00",
        "place": SCRIPTS[1],
        "agenda": MARKDOWN,
    }
    url = browser.post(f"{base}/coach/sessions", data=form).headers["location"]
    work = url.replace("/sessions/", "/coach/sessions/")
    for what, typed in (("notes", {"notes": MARKDOWN}), ("room", {"word": SCRIPTS[3][:40]})):
        assert browser.post(f"{work}/{what}", data=typed).status_code == 303


def talk_below(browser: TestClient, answer: str) -> None:
    """A reply to that answer, and another text for it."""
    post, _, name = answer.partition("#answer-")
    reply = browser.post(f"{post}/answers", data={"body": f"@piet-claes {MARKDOWN}", "parent": name})
    assert reply.status_code == 303
    changed = browser.post(
        f"{post}/answers/{name}/edit", data={"body": f"{MARKDOWN} @piet-claes{SCRIPTS[1]}"}
    )
    assert changed.status_code == 303


def attacks(seen: Seen) -> Iterator[str]:
    """What of a page a browser could run."""
    if not seen.is_page:
        return
    page = seen.page
    for script in page.css("script"):
        if not (script.attributes.get("src") or "").startswith("/static/") or script.text(strip=True):
            yield f"{seen.what}: {script.html}"
    for name in FORBIDDEN:
        yield from (f"{seen.what}: {node.html}" for node in page.css(name))
    for node in page.css("*"):
        for name, value in node.attributes.items():
            runs = name.startswith("on") or name in NEVER
            if runs or (name in URL_ATTRIBUTES and not is_harmless(value or "")):
                yield f"{seen.what}: {node.html}"[:300]


def is_harmless(url: str) -> bool:
    scheme = "".join(url.split()).partition(":")[0].lower()
    return scheme in ("http", "https", "mailto", "tel") or url.startswith(("/", "#", "?")) or url == ""


def texts(seen: Seen) -> str:
    return LexborHTMLParser(seen.answer.text).root.text() if seen.is_page else ""


@pytest.mark.parametrize("role", ["out", "learner", "coach", "organizer", "administrator"])
def test_no_page_runs_what_people_and_authors_wrote(hostile: World, role: str) -> None:
    publish_everywhere(hostile)
    meet(hostile)
    found, shown = [], set()
    for seen in pages(hostile, role):
        found += attacks(seen)
        text = texts(seen)
        shown |= {script for script in SCRIPTS if script in text}
    assert not found, "\n".join(found)
    assert len(shown) >= 3, "what was written is to be read as it was written"


def test_no_form_sends_back_what_runs(world: World) -> None:
    found = []
    for call in once_each(WRITES):
        for role, name, script in product(call.able[:1], call.form, (SCRIPTS[1], SCRIPTS[3], MARKDOWN)):
            with world.undone():
                browser = world.browser(role)
                answer = browser.post(call.path(world), data={**call.form, name: script})
                found += attacks(Seen(f"{call} {name}", answer))
                found += attacks(Seen(f"after {call} {name}", browser.get("/programmes")))
    assert not found, "\n".join(found)


def test_no_address_is_sent_back_as_what_runs(world: World) -> None:
    found, browser = [], world.browser("organizer")
    for path, script in product(ECHOING, SCRIPTS):
        answer = browser.get(path.format(script.replace("/", "%2F").replace("#", "%23")))
        found += attacks(Seen(path, answer))
    assert not found, "\n".join(found)


def test_our_own_pages_need_no_exception_from_the_policy(walk: Walk) -> None:
    found = [attack for seen in walk.seen for attack in attacks(seen)]
    assert not found, "\n".join(found)


def test_what_runs_is_noticed() -> None:
    """So that the tests above can fail."""
    for script in (*SCRIPTS[:5], '<p style="color: red">', "<iframe></iframe>"):
        page = f'<!doctype html><p>{script}</p><input value="{script}">'
        answer = Response(200, headers={"content-type": "text/html"}, text=page)
        assert list(attacks(Seen("it", answer))), script
