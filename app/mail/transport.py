"""How a message leaves: by SMTP, or into a folder where no mail server is set."""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from app.jobs.services import Hopeless
from app.settings import SmtpServer

HELLO_SECONDS = 15
ANSWER_SECONDS = 180
"""Filters for unwanted mail take their time before they accept a message (RFC 5321, 4.5.3.2)."""
PERMANENT = 500

log = logging.getLogger(__name__)


class Transport(Protocol):
    def send(self, message: EmailMessage, name: str) -> None:
        """Returns when the message was taken over. Raises Hopeless where it never will be. `name` is the same
        each time that this message is tried."""


class Smtp:
    """One connection for each thread, kept from message to message (RFC 5321)."""

    def __init__(self, server: SmtpServer, *, context: ssl.SSLContext | None = None) -> None:
        self.server = server
        self._context = context or ssl.create_default_context()
        self._here = threading.local()

    def send(self, message: EmailMessage, name: str) -> None:  # noqa: ARG002
        connection = self._connection()
        try:
            connection.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
            self._close()
            reason = _permanent(error)
            if reason:
                raise Hopeless(reason) from error
            raise
        except BaseException:
            self._close()
            raise

    def _connection(self) -> smtplib.SMTP:
        connection: smtplib.SMTP | None = getattr(self._here, "connection", None)
        if connection is not None and _answers(connection):
            return connection
        self._here.connection = connection = self._connect()
        return connection

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=HELLO_SECONDS, context=self._context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=HELLO_SECONDS)
        try:
            if server.tls == "starttls":
                connection.starttls(context=self._context)
            if server.user:
                connection.login(server.user, server.password)
            if connection.sock is not None:
                connection.sock.settimeout(ANSWER_SECONDS)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        self._here.connection.close()
        self._here.connection = None


def _answers(connection: smtplib.SMTP) -> bool:
    """Servers hang up on who says nothing for some minutes."""
    try:
        return connection.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        connection.close()
        return False


def _permanent(error: smtplib.SMTPException) -> str:
    """What the server says where it will say the same for ever (RFC 5321, 4.2.1: 5yz), else nothing."""
    code, told = PERMANENT, str(error).encode()
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, told = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPDataError):
        code, told = error.smtp_code, _bytes(error.smtp_error)
    return f"The mail server refuses it: {code} {told.decode(errors='replace')}" if code >= PERMANENT else ""


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


class Folder:
    """A file for each message, for sites without a mail server. Trying again writes the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, message: EmailMessage, name: str) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        file, draft = self.path / f"{name}.eml", self.path / f".{name}"
        draft.touch(mode=0o600)
        draft.write_bytes(bytes(message))
        draft.replace(file)
        log.warning("No mail server is set (DINGEN_SMTP_URL), so “%s” is in %s", message["Subject"], file)
