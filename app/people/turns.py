"""Turns to hash: who waits for one waits outside the thread pool, so that readers are not held up when a
whole group signs in at once."""

from __future__ import annotations

from collections.abc import AsyncIterator

from anyio import Semaphore
from anyio.lowlevel import RunVar
from fastapi import Depends, Request

_turns: RunVar[Semaphore] = RunVar("turns to hash")


async def _take(request: Request) -> AsyncIterator[None]:
    turns = _turns.get(None)
    if turns is None:
        turns = Semaphore(request.app.state.passwords.at_once)
        _turns.set(turns)
    async with turns:
        yield


# Put behind the form among an endpoint's parameters: a turn is not for waiting on a slow sender.
TURN = Depends(_take, scope="function")
