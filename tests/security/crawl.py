"""Walking a site as somebody does who follows every link and presses every button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urldefrag, urlencode, urljoin
from zipfile import ZipFile

from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser

from app.web.render import FLASH_COOKIE
from tests.security.routes import READS, WRITES
from tests.security.world import OUT, Secret, World

MOST_PAGES = 400
BY_SCRIPT = {"HX-Request": "true"}


@dataclass(frozen=True)
class Seen:
    """An answer, what was asked, and what the next page will say in one line."""

    what: str
    answer: Response
    flash: str = ""

    @property
    def everything(self) -> str:
        """With what is packed in an archive, without the marks on what was looked for, and with the lines of
        calendars in one piece."""
        text = self.answer.text.replace("<mark>", "").replace("</mark>", "").replace("\r\n ", "")
        if self.answer.headers.get("content-type") == "application/zip":
            with ZipFile(BytesIO(self.answer.content)) as zipped:
                text = "\n".join(zipped.read(name).decode() for name in zipped.namelist())
        return f"{text}\n{self.answer.headers.multi_items()}\n{self.flash}"

    @property
    def is_page(self) -> bool:
        return self.answer.headers.get("content-type", "").startswith("text/html")

    @property
    def page(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.answer.text)


def pages(world: World, role: str) -> Iterator[Seen]:
    """Every page that can be reached by links from the addresses of the matrix, and every feed by the role's
    secret address, without signing in."""
    client = world.browser(role)
    for url in world.feeds.get(role, ()):
        yield Seen(f"GET {url}", world.browser(OUT).get(url))
    waiting = [call.path(world) for call in READS]
    known = set(waiting)
    while waiting:
        url = waiting.pop()
        seen = Seen(f"GET {url}", client.get(url))
        yield seen
        new = set(links(seen, url)) - known
        known |= new
        waiting += sorted(new)
        assert len(known) < MOST_PAGES, "there is no end to these pages"


def links(seen: Seen, url: str) -> Iterator[str]:
    if seen.is_page:
        for node in seen.page.css("a[href]"):
            link = urldefrag(urljoin(url, node.attributes["href"] or "")).url
            if link.startswith("/"):
                yield link


def answers(world: World, role: str) -> Iterator[Seen]:
    """What comes back for every form: well filled in, by a script, and empty. Each is undone."""
    for call in WRITES:
        ways: list[tuple[Mapping[str, str], Mapping[str, str]]] = [(call.form, {})]
        if call.form:
            ways += [(call.form, BY_SCRIPT), ({}, {})]
        for form, headers in ways:
            with world.undone():
                client, path = world.browser(role, headers), call.path(world)
                answer = client.post(path, data=dict(form))
                cookie = client.cookies.get(FLASH_COOKIE)
                flash = world.site.app.state.pages.signer.loads(cookie) if cookie else ""
                yield Seen(f"POST {path}", answer, str(flash))


def searches(world: World, role: str) -> Iterator[Seen]:
    """What is found by the words of each secret. They are asked for in another order than they are kept in,
    since the page repeats the question."""
    client = world.browser(role)
    for secret in world.secrets:
        asked = " ".join(reversed(secret.text.split()))
        if " " in asked:
            url = f"/search?{urlencode({'q': asked})}"
            yield Seen(f"GET {url}", client.get(url))


def errors(world: World, role: str) -> Iterator[Seen]:
    """What comes back for what nobody should ask."""
    browser = world.browser(role)
    for method, path in (
        ("GET", "/no-such-page"),
        ("GET", "/static/no-such-file"),
        ("PUT", "/"),
        ("OPTIONS", "/account"),
        ("POST", "/static/no-such-file"),
    ):
        yield Seen(f"{method} {path}", browser.request(method, path))
    yield Seen("POST /posts/new as JSON", browser.post("/posts/new", json={}))
    yield Seen("POST /sign-out", browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}))


@dataclass(frozen=True)
class Walk:
    """Everything that somebody of a role came to see, in a world with these secrets."""

    role: str
    secrets: Sequence[Secret]
    seen: Sequence[Seen]


def walk_through(world: World, role: str) -> Walk:
    return Walk(
        role,
        tuple(world.secrets),
        (*pages(world, role), *answers(world, role), *searches(world, role), *errors(world, role)),
    )
