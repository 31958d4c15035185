"""The site as a browser meets it: behind uvicorn, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from sqlalchemy.orm import Session
from starlette.types import Message, Receive, Scope, Send

from app.main import create_app
from app.people.passwords import Passwords
from app.people.queries import person_by_email
from app.people.services import open_session
from tests.conftest import settings_for


@dataclass(frozen=True)
class Sent:
    """An answer that left: to what, and how many bytes its body had on the wire."""

    method: str
    path: str
    size: int


class Server:
    """Use `serving` to start one. `sent` are its answers so far."""

    def __init__(self, database: Path, content: Path, **settings: object) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.content = content
        self.sent: list[Sent] = []
        self._answered = threading.Condition()
        self.app = create_app(
            settings_for(
                f"sqlite:///{database}",
                content_dir=content,
                base_url=self.url,
                mail_dir=database.parent / "mail",
                **settings,
            )
        )
        self.app.state.passwords = Passwords(cheap=True, at_once=4)

    def db(self) -> AbstractContextManager[Session]:
        transaction: AbstractContextManager[Session] = self.app.state.database.transaction()
        return transaction

    def session_of(self, email: str) -> str:
        """The token of a new login session, as the sign-in form would give."""
        with self.db() as db:
            person = person_by_email(db, email)
            assert person is not None, email
            return open_session(db, person.id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def note(message: Message) -> None:
            nonlocal size
            size += len(message.get("body", b""))
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                with self._answered:
                    self.sent.append(Sent(scope["method"], scope["path"], size))
                    self._answered.notify_all()

        await self.app(scope, receive, note)

    @contextmanager
    def answering(self, method: str, end_of_path: str, timeout: float = 15) -> Iterator[None]:
        """Ends when such a request that came inside the block has its answer."""
        before = len(self.sent)

        def answered() -> bool:
            return any(
                sent.method == method and sent.path.endswith(end_of_path) for sent in self.sent[before:]
            )

        yield
        with self._answered:
            assert self._answered.wait_for(answered, timeout), f"no {method} of {end_of_path}"


@contextmanager
def serving(database: Path, content: Path, **settings: object) -> Iterator[Server]:
    """A server that answers inside the block; its socket takes connections from the first moment."""
    site = Server(database, content, **settings)
    config = uvicorn.Config(
        site,
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([site.socket],), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        site.app.state.database.close()
