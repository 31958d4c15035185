"""What people and scripts rely on: addresses, fields, commands, settings. Take nothing away from here."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from fastapi import FastAPI
from jinja2 import Environment, StrictUndefined, meta
from starlette.testclient import TestClient

from app.cli import cli
from app.cohorts.services import enrol
from app.settings import ROOT, OidcProvider, Settings
from app.web.i18n import LANGUAGES
from app.web.render import TEMPLATES
from tests.cast import PASSWORD
from tests.conftest import Site
from tests.pages import see, words

OUT = "out"
PAGES = [
    (OUT, "/", "Small Things, tried at work."),
    ("learner", "/", "Hello, Lena"),
    (OUT, "/sign-in", "Sign in"),
    (OUT, "/sign-up", "Sign up"),
    (OUT, "/forgotten-password", "Forgotten your password?"),
    (OUT, "/join/RIVERSIDE", "Riverside Library"),
    (OUT, "/programmes", "Demo programme"),
    (OUT, "/programmes/demo-programme", "Demo programme"),
    ("learner", "/programmes/demo-programme", "of 3 Things complete"),
    (OUT, "/programmes/demo-programme/first", "The first Thing"),
    ("learner", "/programmes/demo-programme/first/reflect", "What happened?"),
    ("learner", "/posts/new", "Write a post"),
    ("learner", "/journals/lena-maes", "Lena Maes"),
    (OUT, "/journals/lena-maes/{post}", "A find"),
    (OUT, "/journals/lena-maes/feed.atom", "A find"),
    ("learner", "/cohorts/{cohort}", "What people write"),
    ("learner", "/cohorts/{cohort}/feed.atom?{key}", "Riverside Library"),
    ("learner", "/cohorts/{cohort}/calendar.ics", "BEGIN:VCALENDAR"),
    (OUT, "/programmes/demo-programme/first/feed.atom", "what others made of it"),
    (OUT, "/programmes/demo-programme/first/posts", "What others made of it"),
    ("coach", "/cohorts/{cohort}/coach", "Lena Maes"),
    ("coach", "/cohorts/{cohort}/coach/inbox", "Inbox"),
    ("coach", "/cohorts/{cohort}/coach/learners/lena-maes", "Journey"),
    ("coach", "/cohorts/{cohort}/report", "Riverside Library"),
    ("learner", "/account/blog", "My own blog"),
    ("organizer", "/organize", "Everything in order"),
    ("organizer", "/organize/programmes/demo-programme", "Content problems"),
    ("organizer", "/organize/cohorts", "Riverside Library"),
    ("learner", "/account", "My account"),
    (OUT, "/search?q=first", "The first Thing"),
    ("learner", "/search?q=map", "A find"),
]
"""(who, address, what stands there)"""

COMMANDS = [
    "start",
    "serve",
    "work",
    "migrate",
    "demo",
    "check",
    "new programme",
    "new thing",
    "user add",
    "user promote",
    "user reset-link",
]
TARGETS = ["run", "test", "check", "bench", "prove"]
SETTINGS = [
    "DINGEN_MODE",
    "DINGEN_DATABASE_URL",
    "DINGEN_CONTENT_DIR",
    "DINGEN_SECRET_KEY",
    "DINGEN_BASE_URL",
    "DINGEN_SMTP_URL",
    "DINGEN_OIDC__<NAME>__ISSUER",
    "DINGEN_OIDC__<NAME>__CLIENT_ID",
    "DINGEN_OIDC__<NAME>__CLIENT_SECRET",
]


@pytest.fixture
def post(site: Site) -> str:
    """The public id of a post of the learner on the web."""
    form = {"title": "A find", "body": "A map.", "visibility": "public", "action": "publish"}
    answer = site.client(site.cast.learner).post("/posts/new", data=form)
    return answer.headers["location"].rpartition("/")[2]


def visitor(site: Site, role: str) -> TestClient:
    return site.client(None if role == OUT else getattr(site.cast, role))


@pytest.mark.parametrize(("role", "url", "text"), PAGES)
def test_every_address_answers(site: Site, post: str, role: str, url: str, text: str) -> None:
    address = url.format(cohort=site.cast.cohort.public_id, post=post, key=feed_key(site))
    answer = visitor(site, role).get(address)
    if ".atom" in url or ".ics" in url:
        assert answer.status_code == 200 and text in answer.text
    else:
        assert text in words(see(answer))


def feed_key(site: Site) -> str:
    """What follows the address of the group's feed."""
    learner = site.client(site.cast.learner)
    learner.post("/account/feeds", data={"path": f"/cohorts/{site.cast.cohort.public_id}/feed.atom"})
    address = see(learner.get("/account/feeds")).css_first(".copy input").attributes["value"] or ""
    return address.partition("?")[2]


@pytest.mark.parametrize(("url", "text"), [("/healthz", "ok\n"), ("/readyz", "ready\n")])
def test_machines_are_told_in_a_word(site: Site, url: str, text: str) -> None:
    answer = site.client().get(url)
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("url", ["/metrics"])
def test_nothing_answers_as_a_stub(site: Site, url: str) -> None:
    see(visitor(site, "learner").get(url), 404)


def test_an_account_is_made_used_and_left_by_its_fields(site: Site) -> None:
    browser = site.client()
    fields = {"name": "Nele", "email": "nele@example.org", "password": "seven green umbrellas"}
    assert browser.post("/sign-up", data=fields).status_code == 303
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/account").status_code == 303
    assert browser.post("/sign-in", data={"email": fields["email"], "password": fields["password"]})
    assert browser.get("/account").status_code == 200
    assert browser.post("/join/RIVERSIDE").status_code == 303
    assert browser.get(f"/cohorts/{site.cast.cohort.public_id}").status_code == 200


def test_a_group_s_journals_are_a_list_for_feed_readers(site: Site) -> None:
    answer = site.client(site.cast.learner).get(f"/cohorts/{site.cast.cohort.public_id}/journals.opml")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/x-opml; charset=utf-8")


def test_where_a_group_is_comes_as_csv(site: Site) -> None:
    answer = site.client(site.cast.coach).get(f"/cohorts/{site.cast.cohort.public_id}/coach/progress.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")


def test_the_fields_are_called_what_scripts_call_them(site: Site) -> None:
    learner = site.client(site.cast.learner)
    assert "url" in named(see(learner.get("/account/blog")).html)
    for url, names in (("/sign-in", {"email", "password"}), ("/sign-up", {"email", "password", "name"})):
        assert names <= named(see(site.client().get(url)).html)
    page = see(learner.get("/programmes/demo-programme/first/reflect"))
    assert {"title", "body", "visibility"} <= named(page.html)
    actions = {button.attributes["value"] for button in page.css("button[name=action]")}
    assert {"draft", "publish"} <= actions
    choices = {field.attributes["value"] for field in page.css("[name=visibility]")}
    assert choices == {"private", "coaches", "cohort", "members", "public"}


def named(html: str | None) -> set[str]:
    return set(re.findall(r'name="(\w+)"', html or ""))


def test_an_activity_is_ticked_by_done_and_unticked_by_not_done(site: Site) -> None:
    learner = site.client(site.cast.learner)
    url = "/programmes/demo-programme/first/activities/a"
    for done, state in (("1", "true"), ("0", "false")):
        assert learner.post(url, data={"done": done}).status_code == 303
        page = see(learner.get("/programmes/demo-programme/first"))
        assert page.css_first("#activity-a-tick").attributes["aria-checked"] == state
    see(learner.post(url), 422)


def test_a_reflection_is_written_by_title_body_visibility_and_action(site: Site) -> None:
    learner, url = site.client(site.cast.learner), "/programmes/demo-programme/first/reflect"
    form = {"title": "A find", "body": "A map.", "visibility": "cohort"}
    assert learner.post(url, data={**form, "action": "draft"}).headers["location"] == url
    answer = learner.post(url, data={**form, "action": "publish"})
    assert answer.headers["location"] == "/programmes/demo-programme/first#written"


def test_who_learns_in_several_places_is_asked_for_which_a_post_is(site: Site) -> None:
    with site.db() as db:
        enrol(db, site.cast.learner.id, "another-programme")
    page = words(see(site.client(site.cast.learner).get("/posts/new")))
    assert "For which group do you write?" in page


def test_an_earlier_slug_leads_on_for_good(site: Site) -> None:
    answer = site.client().get("/programmes/demo-programme/older-second")
    assert (answer.status_code, answer.headers["location"]) == (301, "/programmes/demo-programme/second")


def test_the_password_of_the_cast_opens_the_door(site: Site) -> None:
    """The contract's own figures: ten characters are enough, and no rule of composition."""
    answer = site.client().post("/sign-in", data={"email": "LENA@example.org", "password": PASSWORD})
    assert answer.status_code == 303


def test_every_command_is_there() -> None:
    assert set(COMMANDS) <= set(commands(typer.main.get_command(cli)))


def commands(group: object, before: str = "") -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        yield f"{before}{name}"
        yield from commands(command, f"{before}{name} ")


def test_the_command_line_is_called_dingen() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"dingen": "app.cli:main"}


def test_every_target_of_make_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in TARGETS)
    assert re.search(r"^PORT \?= 8000$", makefile, re.MULTILINE)


def test_every_setting_is_documented_and_none_that_is_not_there() -> None:
    documented = settings_in_the_docs()
    plain = {f"DINGEN_{name.upper()}" for name in Settings.model_fields if name != "oidc"}
    nested = {f"DINGEN_OIDC__<NAME>__{name.upper()}" for name in OidcProvider.model_fields}
    assert set(documented) == plain | nested
    assert set(SETTINGS) <= set(documented)


def test_the_documented_defaults_are_those_of_the_code() -> None:
    documented = settings_in_the_docs()
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, int) or (isinstance(default, str) and not default.startswith("sqlite")):
            written = str(default).lower() if isinstance(default, bool) else default
            assert documented[f"DINGEN_{name.upper()}"] == f"`{written}`"


def settings_in_the_docs() -> dict[str, str]:
    """{variable: default} of the table."""
    text = (ROOT / "docs" / "administrators" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(DINGEN_[^`]+)` \| ([^|]*) \|", text, re.MULTILINE)
    return {name: default.strip() for name, default in rows}


@pytest.fixture(scope="module")
def environments(application: FastAPI) -> dict[str, Environment]:
    found: dict[str, Environment] = application.state.pages._environments
    assert set(found) == set(LANGUAGES)
    return found


PART = re.compile(r'part\("([^"]+)"')


def templates() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def test_every_template_compiles_and_lets_nothing_undefined_through(
    environments: dict[str, Environment],
) -> None:
    for environment in environments.values():
        assert environment.undefined is StrictUndefined
        assert environment.autoescape is True
        for name in templates():
            environment.get_template(name)


def test_every_letter_has_its_plain_text() -> None:
    letters = {path.stem for path in (TEMPLATES / "emails").glob("*.html")}
    assert letters == {path.stem for path in (TEMPLATES / "emails").glob("*.txt")}


def test_every_template_is_used(environments: dict[str, Environment]) -> None:
    environment = environments["en"]
    reached: set[str] = set()
    waiting = {text for path in (ROOT / "app").rglob("*.py") for text in texts_in(path)} & set(templates())
    while waiting:
        name = waiting.pop()
        reached.add(name)
        source = (TEMPLATES / name).read_text(encoding="utf-8")
        referred = {*meta.find_referenced_templates(environment.parse(source)), *PART.findall(source)}
        waiting |= {other for other in referred if other} - reached
    assert reached == set(templates())


def texts_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
