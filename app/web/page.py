"""The page route: one thread hop per request, one transaction, committed before the answer leaves.

An endpoint asks for what it needs by parameter name: `db` is the transaction's session, `viewer` the
signed-in person (an endpoint whose `viewer` may be None is open to all, any other asks for sign-in first),
`locale` the language. One that must not hold a transaction while it works, because it hashes or speaks to
the network, asks for `database` instead of `db`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, Protocol, get_args, get_type_hints
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.params import Depends
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound
from app.web.forms import Bound
from app.web.render import redirect

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
GIVEN = frozenset({"db", "database", "viewer", "locale"})


class SignedIn(Protocol):
    """What the kernel needs to know of a viewer."""

    @property
    def language(self) -> str | None: ...


ViewerLoader = Callable[[Session, Request], SignedIn | None]
SeenRecorder = Callable[[Database, Any], None]


class PageRoute(APIRoute):
    """A route of pages; see the module's text."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        options["response_model"] = None
        super().__init__(path, in_one_hop(endpoint), **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Text from the path and the query, and forms, are simple enough to be read here, at a third of the
        cost of solving dependencies; a page that needs more goes FastAPI's way."""
        readers = _readers(self.endpoint, self.param_convertors)
        if readers is None or inspect.iscoroutinefunction(self.endpoint):
            return super().get_route_handler()
        forms = {name: reader for name, reader in readers.items() if callable(reader)}
        texts = {name: default for name, default in readers.items() if not callable(default)}

        async def handle(request: Request) -> Response:
            values: dict[str, Any] = dict(request.path_params)
            if texts:
                query = request.query_params
                values.update((name, query.get(name, default)) for name, default in texts.items())
            for name, reader in forms.items():
                values[name] = await reader(request)
            return await run_in_threadpool(self.endpoint, request, **values)

        return handle


def _readers(endpoint: Callable[..., Any], path: Mapping[str, object]) -> dict[str, Any] | None:
    """What each parameter of an endpoint that is not in its path comes from: a form's reader, or the default
    of a text in the query; None where there is anything else."""
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

    @wraps(endpoint)
    def hop(request: Request, **values: Any) -> Response:
        if any("\0" in value for value in values.values() if isinstance(value, str)):
            raise NotFound
        app = request.app.state
        write = request.method not in SAFE_METHODS and "database" not in wanted
        with app.database.transaction(write=write) as db:
            viewer = app.load_viewer(db, request)
            locale = app.pages.locale_for(request, viewer.language if viewer else None)
            request.state.viewer, request.state.locale = viewer, locale
            if viewer is None and not open_to_all:
                return sign_in_first(request)
            for value in values.values():
                if isinstance(value, Bound):
                    value.speak(locale.gettext)
            given = {"db": db, "database": app.database, "viewer": viewer, "locale": locale}
            values.update((name, given[name]) for name in wanted)
            if takes_request:
                values["request"] = request
            if "database" not in wanted:
                response: Response = endpoint(**values)
                if response.status_code >= 400:
                    db.rollback()
        if "database" in wanted:
            response = endpoint(**values)
        if viewer is not None:
            app.record_seen(app.database, viewer)
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
    return hop


def sign_in_first(request: Request) -> Response:
    """To the sign-in page, and back to here afterwards where the page can be opened by its address."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in SAFE_METHODS:
        back = "/"
    return redirect(request, f"/sign-in?next={quote(back, safe='/')}")
