"""What a page may raise, and the pages that answer it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.errors import NotFound, Refused
from app.web.i18n import message
from app.web.render import error_page

TITLES = {
    400: message("We did not understand that"),
    403: message("This request came from another site"),
    404: message("We cannot find that page"),
    405: message("That does not work here"),
    409: message("That is not possible now"),
    413: message("That is too large"),
    415: message("We cannot read that kind of file"),
    429: message("Please wait a moment"),
    500: message("Something went wrong on our side"),
}
EXPLANATIONS = {
    400: message("Go back and try once more. Nothing was changed."),
    403: message("Open the page here and send the form again. Nothing was changed."),
    404: message("It may have moved, or be for other people only. Check the address, or start from home."),
    405: message("This address does not take that kind of request. Go back and use the buttons on the page."),
    413: message("Make it shorter or smaller and send it again. Nothing was changed."),
    415: message("Send the form from the page itself. Nothing was changed."),
    429: message("There were many attempts in a short time. Wait a few minutes and try again."),
    500: message("It has been written down for the administrator. Nothing was half saved; please try again."),
}


def install_error_pages(app: FastAPI) -> None:
    handlers: dict[type[Exception] | int, Callable[..., Awaitable[Response]]] = {
        NotFound: _not_found,
        RequestValidationError: _not_found,
        Refused: _refused,
        HTTPException: _http_error,
        Exception: _crash,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def page_for(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    title = TITLES.get(status, TITLES[400])
    explanation = EXPLANATIONS.get(status, EXPLANATIONS[400])
    return error_page(request, status, title, explanation, headers)


async def _not_found(request: Request, _: Exception) -> Response:
    return page_for(request, 404)


async def _refused(request: Request, error: Refused) -> Response:
    return error_page(request, 409, TITLES[409], error.message)


async def _http_error(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_of(request))
    return page_for(request, error.status_code, headers)


def _methods_of(request: Request) -> list[str]:
    """All that an address takes; the router knows only what the first of its routes does."""
    return [
        method
        for method in ("GET", "HEAD", "POST")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


async def _crash(request: Request, _: Exception) -> Response:
    response = page_for(request, 500)
    response.raw_headers.extend(request.scope.get("dingen.headers", ()))
    return response
