"""The page route: one thread hop per request, one transaction, committed before the answer leaves.

An endpoint asks for what it needs by parameter name: `db` is the transaction's session, `viewer` the
signed-in person (an endpoint whose `viewer` may be None is open to all, any other asks for sign-in first),
`locale` the language. One that must not hold a transaction while it works, because it hashes or speaks to
the network, asks for `database` instead of `db`; one that fetches from sites that people name asks for
`fetcher` too, and keeps only others of its kind waiting.

Pages stand in the application's own list of routes and go from the match to the endpoint without FastAPI's
dependencies wherever they need none: those would be most of what a small page costs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any, Protocol, get_args, get_type_hints
from urllib.parse import quote, urlsplit

from fastapi import HTTPException, Request, Response
from fastapi.params import Depends
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from app.db import Database, undo
from app.errors import NotFound, Overtaken
from app.web.forms import Bound
from app.web.render import redirect, safe_next
from app.web.workers import Workers

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
GIVEN = frozenset({"db", "database", "fetcher", "viewer", "locale"})
TRIES = 20
"""For a page that was overtaken: each time another page of the same person was done meanwhile."""


class SignedIn(Protocol):
    """What the kernel needs to know of a viewer."""

    @property
    def language(self) -> str | None: ...


ViewerLoader = Callable[[Session, Request], SignedIn | None]
SeenRecorder = Callable[[Database, Any, str], None]


class PageRoute(APIRoute):
    """A route of pages; see the module's text."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        options["response_model"] = None
        super().__init__(path, in_one_hop(endpoint), **options)
        self._taken = self.methods or set()
        if "GET" in self._taken:
            self._taken.add("HEAD")
        self._readers = _readers(self.endpoint, self.param_convertors)
        self._opens_its_own = getattr(self.endpoint, "_opens_its_own", False)
        self._fetches = getattr(self.endpoint, "_fetches", False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As Starlette's, for a site at the root of its host: sixty may be asked before the right one."""
        found = self.path_regex.match(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            return Match.NONE, {}
        match = Match.FULL if scope["method"] in self._taken else Match.PARTIAL
        return match, {"endpoint": self.endpoint, "path_params": found.groupdict(), "route": self}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Text from the path and the query, and forms, are simple enough to be read here; a page that needs
        more goes FastAPI's way. Afterwards, and seldom, comes the one thing that reading changes: who was
        seen."""
        if self._readers is None:
            await super().handle(scope, receive, send)
        else:
            await self._answer(scope, receive, send, self._readers)
        app, state = scope["app"].state, scope.get("state", {})
        viewer = state.get("viewer")
        if viewer is not None and app.seen_is_due(viewer):
            await app.workers.writers.run(app.record_seen, app.database, viewer, state["locale"].language)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, readers: Mapping[str, Any]) -> None:
        if scope["method"] not in self._taken:
            raise HTTPException(405)
        request = Request(scope, receive)
        values: dict[str, Any] = dict(scope["path_params"])
        for name, reader in readers.items():
            if callable(reader):
                values[name] = await reader(request)
            else:
                values[name] = request.query_params.get(name, reader)
        workers: Workers = request.app.state.workers
        crew = workers.readers if scope["method"] in SAFE_METHODS else workers.writers
        if self._opens_its_own:
            crew = workers.fetchers if self._fetches else workers.others
        response: Response = await crew.run(self.endpoint, request, **values)
        await response(scope, receive, send)


def _readers(endpoint: Callable[..., Any], path: Mapping[str, object]) -> dict[str, Any] | None:
    """What each parameter of an endpoint that is not in its path comes from: a form's reader, or the default
    of a text in the query; None where there is anything else."""
    if inspect.iscoroutinefunction(endpoint):
        return None
    readers: dict[str, Any] = {}
    for name, parameter in inspect.signature(endpoint).parameters.items():
        if name == "request" or name in path:
            continue
        default = parameter.default
        if isinstance(default, Depends) and getattr(default.dependency, "reads_form", False):
            readers[name] = default.dependency
        elif isinstance(default, str):
            readers[name] = default
        else:
            return None
    return readers


def in_one_hop(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if getattr(endpoint, "_in_one_hop", False) or inspect.iscoroutinefunction(endpoint):
        return endpoint
    hints = get_type_hints(endpoint, include_extras=True)
    wanted = frozenset(hints) & GIVEN
    open_to_all = "viewer" not in hints or type(None) in get_args(hints["viewer"])
    takes_request = "request" in inspect.signature(endpoint).parameters
    opens_its_own = "database" in wanted

    @wraps(endpoint)
    def hop(request: Request, **values: Any) -> Response:
        for _ in range(TRIES - 1):
            with suppress(Overtaken):
                return once(request, dict(values))
        return once(request, values)

    def once(request: Request, values: dict[str, Any]) -> Response:
        app = request.app.state
        write = request.method not in SAFE_METHODS and not opens_its_own
        with app.database.transaction(write=write) as db:
            viewer = app.load_viewer(db, request)
            locale = app.pages.locale_for(request, viewer.language if viewer else None)
            request.state.viewer, request.state.locale = viewer, locale
            if viewer is None and not open_to_all:
                return sign_in_first(request)
            for value in values.values():
                if isinstance(value, Bound):
                    value.speak(locale.gettext)
                elif isinstance(value, str) and "\0" in value:
                    raise NotFound
            given = {
                "db": db,
                "database": app.database,
                "fetcher": getattr(app, "fetcher", None),
                "viewer": viewer,
                "locale": locale,
            }
            for name in wanted:
                values[name] = given[name]
            if takes_request:
                values["request"] = request
            if not opens_its_own:
                response: Response = endpoint(**values)
                if write and response.status_code >= 400:
                    undo(db)
        if opens_its_own:
            response = endpoint(**values)
        return response

    parameters = [
        parameter.replace(annotation=hints.get(name, parameter.annotation))
        for name, parameter in inspect.signature(endpoint).parameters.items()
        if name not in GIVEN and name != "request"
    ]
    request_parameter = inspect.Parameter(
        "request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request
    )
    hop.__signature__ = inspect.Signature([request_parameter, *parameters])  # type: ignore[attr-defined]
    hop._in_one_hop = True  # type: ignore[attr-defined]
    hop._opens_its_own = opens_its_own  # type: ignore[attr-defined]
    hop._fetches = "fetcher" in wanted  # type: ignore[attr-defined]
    return hop


def sign_in_first(request: Request) -> Response:
    """To the sign-in page, and afterwards back to here, or to the page whose form it was."""
    back = _page_before(request)
    if request.method in SAFE_METHODS:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return redirect(request, f"/sign-in?next={quote(back, safe='/')}")


def _page_before(request: Request) -> str:
    """As the browser tells (RFC 9110, 10.1.3): pages of this site tell no other site."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if before.netloc != request.headers.get("host"):
        return "/"
    return safe_next(before.path + (f"?{before.query}" if before.query else ""))
