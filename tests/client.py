"""A browser of the tests that runs the application where it is asked, in the caller's thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from functools import cache
from typing import Any, TypeVar

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncByteStream, BaseTransport, ByteStream, Request, Response
from starlette.testclient import TestClient

T = TypeVar("T")


class Client(TestClient):
    """Starlette's has an event loop in another thread for each request, which takes twice as long as a page."""

    def __init__(self, app: FastAPI, *, raise_server_exceptions: bool = True, **options: Any) -> None:
        super().__init__(app, **{"follow_redirects": False, **options})
        self._transport = _Here(app, raise_server_exceptions)


class _Here(BaseTransport):
    def __init__(self, app: FastAPI, raise_app_exceptions: bool) -> None:
        self._inner = ASGITransport(app, raise_app_exceptions, client=("testclient", 50000))

    def handle_request(self, request: Request) -> Response:
        return _run(self._answer(request))

    async def _answer(self, request: Request) -> Response:
        if not isinstance(request.stream, AsyncByteStream):
            request.stream = _Pieces(request.stream)
        answer = await self._inner.handle_async_request(request)
        body = ByteStream(b"".join([piece async for piece in answer.aiter_raw()]))
        return Response(answer.status_code, headers=answer.headers, stream=body)


class _Pieces(AsyncByteStream):
    """What is sent piece by piece."""

    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def _run(work: Coroutine[Any, Any, T]) -> T:
    """The thread of the tests keeps its loop; those that a test starts have one for each request."""
    if threading.current_thread() is threading.main_thread():
        return _loop().run_until_complete(work)
    return asyncio.run(work)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()
