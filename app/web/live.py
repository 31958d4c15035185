"""Tells the browsers of a development site when content has changed (server-sent events, HTML 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

LOOK_EVERY_SECONDS = 0.1
KEEP_ALIVE_LOOKS = 150

router = APIRouter()


@router.get("/-/changes", include_in_schema=False)
async def changes(request: Request) -> StreamingResponse:
    """One event for each change of the catalogue, until the browser leaves."""
    library = request.app.state.library
    return StreamingResponse(
        _events(lambda: library.generation, request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def _events(generation: Callable[[], int], request: Request) -> AsyncIterator[str]:
    seen, looks = generation(), 0
    yield "retry: 1000\n\n"
    while not await request.is_disconnected():
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        looks += 1
        if generation() != seen:
            seen = generation()
            yield "event: change\ndata: content\n\n"
        elif looks % KEEP_ALIVE_LOOKS == 0:
            yield ": still here\n\n"
