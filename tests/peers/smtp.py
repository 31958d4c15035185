"""A real SMTP server, which can be slow, moody or strict."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.peers.postgresql import free_port

OK = "250 OK"


@dataclass
class Box:
    """What arrived. `at_rcpt` and `at_data` say what the server answers; `arrived` is set by each message."""

    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    at_rcpt: Callable[[str], str] = lambda address: OK
    at_data: Callable[[str], str] = lambda address: OK
    keeps_text: bool = True
    arrived: Event = field(default_factory=Event)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.at_rcpt(address)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.at_data(envelope.rcpt_tos[0])
        if answer.startswith("250"):
            self.recipients += envelope.rcpt_tos
            self.sessions.add(id(session))
            if self.keeps_text:
                assert isinstance(envelope.content, bytes)
                self.letters.append(message_from_bytes(envelope.content, policy=default))
            self.arrived.set()
        return answer


@contextmanager
def smtp_server(box: Box, **options: object) -> Iterator[int]:
    """The port that it listens on."""
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass(frozen=True)
class Certificates:
    """Of the server, and what a client that trusts it goes by."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificates(host: str = "localhost") -> Certificates:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Certificates(server, client)


def takes(user: str, password: str) -> Callable[..., AuthResult]:
    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, how: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        fits = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=fits, handled=False)

    return authenticate
