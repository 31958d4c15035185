"""Templates and answers."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from fastapi import Request
from itsdangerous import BadSignature, URLSafeSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from app.web.i18n import LANGUAGE_COOKIE, LANGUAGES, Locale, Message, choose_language, locale_in

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
FLASH_COOKIE = "dingen_flash"
COMPRESS_FROM_BYTES = 1024
COMPRESS_LEVEL = 1
CONTROLS = re.compile("[\x80-\x9f]")


@dataclass(frozen=True)
class Flash:
    """One message on the next page; `undo_url` is posted by its Undo button. What was typed in the window
    `kept` has arrived: the browser forgets its copy."""

    text: str
    tone: str = "success"
    undo_url: str = ""
    kept: str = ""


class Named(Protocol):
    """What the kernel needs to know of the site."""

    name: str


class Pages:
    """The templates in every language of the interface, and what all of them know."""

    def __init__(
        self,
        *,
        secret: str,
        zone: str,
        secure: bool,
        reload: bool,
        site: Named,
        globals_: Mapping[str, Any],
    ) -> None:
        self.secure = secure
        self.site = site
        self.signer = URLSafeSerializer(secret, salt="flash")
        self.locales = {language: locale_in(language, zone) for language in LANGUAGES}
        self._environments = {
            language: _environment(locale, reload=reload, globals_={**globals_, "site": site})
            for language, locale in self.locales.items()
        }

    def html(self, template: str, locale: Locale, context: Mapping[str, Any]) -> str:
        return self._environments[locale.language].get_template(template).render(context)

    def piece(self, template: str, locale: Locale, context: Mapping[str, Any]) -> Markup:
        """A part of a page that somebody keeps."""
        return _piece(self._environments[locale.language], template, context)

    def part(self, template: str, locale: Locale, **values: Hashable) -> Markup:
        """A piece of a page, kept for whoever sees the same values. Templates know it as `part`."""
        return _part(self._environments[locale.language], template, **values)

    def frame(self, locale: Locale, viewer: Hashable, path: str) -> Frame:
        """Made once for all pages that look alike in it."""
        environment = self._environments[locale.language]
        return _frame(environment, self.site.name, viewer, section_of(path) if viewer else "")

    def locale_for(self, request: Request, profile: str | None = None) -> Locale:
        if profile in self.locales:
            return self.locales[profile]
        language = choose_language(
            profile, request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")
        )
        return self.locales[language]


class OneLanguageTemplate(Template):
    def _get_default_module(self, ctx: Context | None = None) -> Any:  # noqa: ARG002
        """Its macros, without asking on each page whether the globals are others than they were: none are."""
        return super()._get_default_module()


def in_ascii(html: str) -> str:
    """The same text with character references: a page of nothing but ASCII takes half the memory and is
    encoded seven times as fast as one with a single curly quote in it. Controls stay as they are: a reference
    to one means another character (HTML 13.2.5.80)."""
    if CONTROLS.search(html):
        return html
    return html.encode("ascii", "xmlcharrefreplace").decode()


class AsciiCode(CodeGenerator):
    def _output_const_repr(self, group: Iterable[Any]) -> str:
        return repr(in_ascii("".join(map(str, group))))


class OneLanguage(Environment):
    """Templates in one language: a message that takes nothing in is a constant of the compiled template."""

    template_class = OneLanguageTemplate
    code_generator_class = AsciiCode
    translate: Callable[[str], str] = str

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain copy: they are all known before the first template is loaded."""
        return {**self.globals, **(d or {})}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        return _Translator().visit(template, self.translate)  # type: ignore[no-any-return]


class _Translator(NodeTransformer):
    def visit_Call(self, node: nodes.Call, translate: Callable[[str], str]) -> nodes.Node:  # noqa: N802
        self.generic_visit(node, translate)
        if not isinstance(node.node, nodes.Name) or node.node.name not in ("_", "gettext"):
            return node
        text = node.args[0].value if len(node.args) == 1 and isinstance(node.args[0], nodes.Const) else None
        if text is None or node.kwargs:
            return node
        return nodes.Const(translate(text), lineno=node.lineno)


def _environment(locale: Locale, *, reload: bool, globals_: Mapping[str, Any]) -> Environment:
    environment = OneLanguage(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.translate = locale.gettext
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        locale.gettext, locale.ngettext, newstyle=True
    )
    environment.filters.update(
        date=locale.date,
        time=locale.time,
        datetime=locale.datetime,
        ago=locale.ago,
        decimal=locale.decimal,
        percent=locale.percent,
    )
    environment.globals.update(
        globals_,
        part=partial(_part.__wrapped__ if reload else _part, environment),
        locale=locale.language,
        languages=LANGUAGES,
        viewer=None,
        flash=None,
        local=locale,
    )
    return environment


@lru_cache(maxsize=4096)
def _part(environment: Environment, template: str, **values: Hashable) -> Markup:
    return _piece(environment, template, values)


def _piece(environment: Environment, template: str, context: Mapping[str, Any]) -> Markup:
    html = environment.get_template(template).render(context)
    return Markup(in_ascii(html.strip()))  # noqa: S704  our template


@dataclass(frozen=True)
class Frame:
    """What a page shares with those like it: the files it loads, what stands above it, navigation and account
    menu, what stands below."""

    head: Markup
    top: Markup
    header: Markup
    foot: Markup


@lru_cache(maxsize=4096)
def _frame(environment: Environment, _site: str, viewer: Hashable, path: str) -> Frame:
    parts = (
        _piece(environment, template, {"viewer": viewer, "path": path})
        for template in (
            "layouts/_head.html",
            "layouts/_top.html",
            "layouts/_header.html",
            "layouts/_foot.html",
        )
    )
    return Frame(*parts)


def section_of(path: str) -> str:
    """As much of a path as the navigation tells apart."""
    parts = path.split("/")
    kept = {"cohorts": 4, "journals": 3}.get(parts[1] if len(parts) > 1 else "", 2)
    return path if len(parts) <= kept else "/".join(parts[:kept]) + "/…"


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def render(
    request: Request,
    page: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str | None = None,
    status: int = 200,
) -> Response:
    """The page; for a htmx request other than GET, the partial that stands for its change."""
    pages: Pages = request.app.state.pages
    state = request.state
    template = partial if partial and request.method != "GET" and is_htmx(request) else page
    flash = _read_flash(request, pages)
    viewer, path = state.viewer, request.scope["path"]
    frame = pages.frame(state.locale, viewer, path)
    values = {"path": path, "viewer": viewer, "flash": flash, "frame": frame}
    if viewer is None:
        values["here"] = _here(request)
    html = pages.html(template, state.locale, {**values, **(context or {})})
    response = _answer(request, html, status, cache="no-store" if viewer else "private, no-cache")
    if flash and template == page:
        response.delete_cookie(FLASH_COOKIE, path="/", secure=pages.secure, httponly=True, samesite="lax")
    return response


def fragment(request: Request, html: Markup) -> Response:
    """A part of a page that is ready."""
    return _answer(request, html, 200, cache="no-store")


def _answer(request: Request, html: str, status: int, *, cache: str, **headers: str) -> Response:
    """Compressed here, in the thread that made the page, and not where all others wait for it."""
    body = html.encode()
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding", **headers}
    if len(body) >= COMPRESS_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, COMPRESS_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HTMLResponse(body, status, headers)


def error_page(
    request: Request, status: int, title: Message, explanation: Message, headers: dict[str, str] | None = None
) -> Response:
    """The same page whoever asks: it must not tell what exists."""
    pages: Pages = request.app.state.pages
    locale = pages.locale_for(request)
    html = pages.html(
        "errors/error.html",
        locale,
        {
            "path": request.url.path,
            "here": _here(request),
            "frame": pages.frame(locale, None, ""),
            "status": status,
            "heading": title.translated(locale.gettext),
            "explanation": explanation.translated(locale.gettext),
        },
    )
    return _answer(request, html, status, cache="no-store", **(headers or {}))


def redirect(request: Request, url: str, flash: Flash | None = None, *, status: int = 303) -> Response:
    """To a page of this site; for htmx a client-side redirect."""
    pages: Pages = request.app.state.pages
    response = (
        Response(status_code=204, headers={"HX-Redirect": url})
        if is_htmx(request)
        else Response(status_code=status, headers={"Location": url})
    )
    if flash:
        response.set_cookie(
            FLASH_COOKIE,
            pages.signer.dumps(asdict(flash)),
            max_age=120,
            path="/",
            secure=pages.secure,
            httponly=True,
            samesite="lax",
        )
    return response


def _here(request: Request) -> str:
    """The address to come back to."""
    query = request.url.query if request.method == "GET" else ""
    return f"{request.url.path}?{query}" if query else request.url.path


def _read_flash(request: Request, pages: Pages) -> Flash | None:
    cookie = request.cookies.get(FLASH_COOKIE)
    if not cookie:
        return None
    try:
        return Flash(**pages.signer.loads(cookie))
    except (BadSignature, TypeError):
        return None


def safe_next(url: str | None, default: str = "/") -> str:
    """`url` where it is a path on this site, else `default`: no open redirects."""
    if not url or not url.startswith("/") or url.startswith(("//", "/\\")):
        return default
    if any(ord(character) < 32 for character in url) or "\\" in url:
        return default
    parts = urlsplit(url)
    return default if parts.scheme or parts.netloc else url
