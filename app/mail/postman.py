"""Sending the letters of the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs.services import Hopeless
from app.mail.models import Mail
from app.mail.services import Letter, end
from app.mail.stationery import Stationery
from app.mail.transport import Transport
from app.web.i18n import DEFAULT_LANGUAGE, LANGUAGES, Locale, Message

POLICY = SMTP.clone(raise_on_defect=False)


@dataclass(frozen=True)
class Reader:
    """Who a letter is for. `language` is the one of their profile, where they have chosen one."""

    name: str
    address: str
    language: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file of text that goes with a letter: `kind` as in text/kind, `parameters` those of its type."""

    name: str
    kind: str
    content: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A letter that is due: to whom, about what, by which template of `emails/`, with which values, which may
    depend on its language, as what is attached may. `unsubscribe` is an address that ends letters like this
    (RFC 8058)."""

    reader: Reader
    subject: Message
    template: str
    values: Mapping[str, Any] | Callable[[Locale], Mapping[str, Any]] = field(default_factory=dict)
    unsubscribe: str = ""
    attachment: Callable[[Locale], Attachment] | None = None


Writer = Callable[[Session, Mail], Written | None]
"""Writes a letter when it is sent; None where it is no longer due, or its reader may no longer see what it
says."""


class Whole(str):
    """A header's text that is an address: `email` would fold a long one into encoded words, which no mail
    program takes for an address (RFC 2369, 2)."""

    name: str

    def __new__(cls, name: str, text: str) -> Whole:
        made = super().__new__(cls, text)
        made.name = name
        return made

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class Postman:
    """Sends what is in the outbox: a letter at least once, and again only where the process died between the
    server's answer and the commit; then with the same Message-ID, by which mail programs know it again."""

    def __init__(
        self,
        transport: Transport,
        stationery: Stationery,
        writers: Mapping[Letter, Writer],
        *,
        base_url: str,
        sender: str,
        site_name: Callable[[Session], str],
    ) -> None:
        self.transport, self.stationery = transport, stationery
        self._writers = {letter.name: writer for letter, writer in writers.items()}
        self._base_url, self._sender, self._site_name = base_url, sender, site_name

    def deliver(self, database: Database, mail_id: int) -> None:
        with database.transaction(write=False) as db:
            mail = db.get(Mail, mail_id)
            if mail is None or mail.ended_at is not None:
                return
            message = self._message(db, mail)
        if message is not None:
            self.transport.send(message, f"{mail.created_at:%Y-%m-%d-%H%M%S}-{mail.public_id}")
        with database.transaction() as db:
            end(db, mail_id, sent=message is not None)

    def _message(self, db: Session, mail: Mail) -> EmailMessage | None:
        written = self._writers[mail.letter](db, mail)
        if written is None:
            return None
        language = written.reader.language or mail.language
        locale = self.stationery.locales[language if language in LANGUAGES else DEFAULT_LANGUAGE]
        site = self._site_name(db)
        message = EmailMessage(policy=POLICY)
        try:
            self._address(message, site, written, locale)
        except (ValueError, MessageError, IndexError) as error:
            raise Hopeless(f"The address {written.reader.address} cannot be written to.") from error
        message["Date"] = format_datetime(mail.created_at)
        message["Message-ID"] = f"<{mail.public_id}@{urlsplit(self._base_url).hostname}>"
        message["Auto-Submitted"] = "auto-generated"
        if written.unsubscribe:
            message["List-Unsubscribe"] = Whole("List-Unsubscribe", f"<{written.unsubscribe}>")
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        values = {
            "site": site,
            "base_url": self._base_url,
            "name": " ".join(written.reader.name.split()),
            "subject": written.subject.translated(locale.gettext),
            **(written.values(locale) if callable(written.values) else written.values),
        }
        text = self.stationery.text(written.template, locale.language, values)
        html = self.stationery.html(written.template, locale.language, values)
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        message["Content-Language"] = locale.language
        if written.attachment is not None:
            _attach(message, written.attachment(locale))
        return message

    def _address(self, message: EmailMessage, site: str, written: Written, locale: Locale) -> None:
        message["Subject"] = _as_text(" ".join(written.subject.translated(locale.gettext).split()))
        message["From"] = Address(display_name=_as_text(site), addr_spec=self._sender)
        message["To"] = Address(
            display_name=_as_text(written.reader.name), addr_spec=_in_ascii(written.reader.address)
        )


def _attach(message: EmailMessage, file: Attachment) -> None:
    message.add_attachment(
        file.content,
        maintype="text",
        subtype=file.kind,
        cte="base64",
        filename=file.name,
        params=dict(file.parameters),
    )


def _in_ascii(address: str) -> str:
    """With its domain as every mail server knows it (IDNA 2008)."""
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return address
    return found.ascii_email or address


def _as_text(name: str) -> str:
    """A name that somebody chose is no encoded word (RFC 2047, 2): `email` would decode it, line ends
    included, and let its owner write headers and the beginning of the text (CVE-2024-6923)."""
    return name.replace("=?", "= ?")
