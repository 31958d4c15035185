"""The threads that pages are made in.

Few: they take turns at one interpreter, and with sixteen a page costs half as much again as with four. Going
through `concurrent.futures` would cost a page as much as one of its statements.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

T = TypeVar("T")
Order = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class Crew:
    """Threads that work off one queue; they start with the first work and end with the process."""

    def __init__(self, size: int, name: str) -> None:
        self.size, self.name = size, name
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._hiring, self._hired = Lock(), False

    async def run(self, work: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """In the caller's context: what is logged there names the request."""
        if not self._hired:
            self._hire()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._orders.put((loop, future, partial(copy_context().run, work, *arguments, **options)))
        return await future

    def _hire(self) -> None:
        with self._hiring:
            if not self._hired:
                for number in range(self.size):
                    Thread(target=self._work, name=f"{self.name}-{number}", daemon=True).start()
                self._hired = True

    def _work(self) -> None:
        while True:
            loop, future, work = self._orders.get()
            try:
                settle = partial(_settle, future, work(), None)
            except BaseException as error:
                settle = partial(_settle, future, None, error)
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle)


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    """Unless nobody waits any more."""
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class Workers:
    """Who waits to write keeps no reader waiting; one writes at a time where the database lets no more. What
    takes long outside of any transaction keeps neither waiting; what other sites make long, nothing else."""

    def __init__(self, threads: int, *, one_writer: bool) -> None:
        self.readers = Crew(threads, "reader")
        self.writers = Crew(1 if one_writer else threads, "writer")
        self.others = Crew(2, "other")
        self.fetchers = Crew(4, "fetcher")
