"""Letters on their way to a real mail server: how they look, and what becomes of those that are not taken."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from app.background import make_postman
from app.clock import now, set_to
from app.jobs.models import Job
from app.jobs.queries import dead_jobs
from app.jobs.worker import Worker
from app.mail.models import Mail
from app.mail.services import KEPT, SEND, forget_ended
from app.mail.stationery import wrapped
from app.mail.transport import Smtp
from app.organize.letters import TRIAL
from app.people.models import Person
from app.settings import SmtpServer
from app.settings import smtp_server as parsed
from app.things.library import Library
from tests.conftest import BASE_URL, Site, settings_for
from tests.mail.letters import html_of, text_of, told
from tests.peers.smtp import OK, Box, certificates, smtp_server, takes


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def send(site: Site, box: Box) -> Iterator[Callable[[], int]]:
    """Does what is due, by a server that fills the box."""
    with smtp_server(box) as port:
        settings = settings_for(
            "sqlite://", smtp_url=f"smtp://127.0.0.1:{port}", mail_from="things@example.org"
        )
        worker = Worker(site.database, {SEND: make_postman(settings, Library(settings.content_dir)).deliver})
        yield worker.run_due


def write(site: Site, *people: Person, language: str = "en", once: str | None = None) -> None:
    with site.db() as db:
        for person in people or (site.cast.learner,):
            TRIAL.post(db, person.id, language, once=once)


def mails(site: Site) -> Sequence[Mail]:
    with site.db() as db:
        return db.scalars(select(Mail).order_by(Mail.id)).all()


def test_a_letter_is_two_texts_in_one(site: Site, box: Box, send: Callable[[], int]) -> None:
    write(site)
    assert send() == 1
    (letter,) = box.letters
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert letter["From"] == "Test site <things@example.org>"
    assert letter["To"] == "Lena Maes <lena@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Date"] and letter["MIME-Version"]
    assert re.fullmatch(r"<\w+@127\.0\.0\.1>", letter["Message-ID"])


def test_the_plain_text_reads_well(site: Site, box: Box, send: Callable[[], int]) -> None:
    write(site)
    send()
    text = text_of(box.letters[0])
    assert text.startswith("Hello Lena Maes,\n\nYou asked for this mail on ")
    assert "\n-- \nThis mail is about your account at Test site.\n" in text and BASE_URL in text
    assert max(map(len, text.splitlines())) <= 72
    assert "<" not in text and "\n\n\n" not in text


def test_the_other_has_its_styles_inside_and_loads_nothing(
    site: Site, box: Box, send: Callable[[], int]
) -> None:
    write(site)
    send()
    html = html_of(box.letters[0])
    assert '<html lang="en">' in html and "<h1 style=" in html and "<style" not in html
    assert not re.search(r"<(img|link|script|iframe|object)|url\(|src=", html)
    assert re.findall(r'href="([^"]+)"', html) == [BASE_URL]


@pytest.mark.parametrize(("language", "hello"), [("en", "Hello"), ("nl", "Hallo"), ("fr", "Bonjour")])
def test_it_speaks_three_languages(
    site: Site, box: Box, send: Callable[[], int], language: str, hello: str
) -> None:
    write(site, language=language)
    send()
    assert f"{hello} Lena Maes," in text_of(box.letters[0]) and f'lang="{language}"' in html_of(
        box.letters[0]
    )


def test_names_may_have_any_letters_and_no_header_of_their_own(
    site: Site, box: Box, send: Callable[[], int]
) -> None:
    names = ["Zoë “Zo” Çelik, jr.", "小林 さくら", 'a" <x@evil.example>, "b', "Lena\r\nBcc: all@example.org"]
    for name in names:
        with site.db() as db:
            db.get_one(Person, site.cast.learner.id).name = name
        write(site)
        send()
    assert box.recipients == ["lena@example.org"] * 3, "the last one is no name that a form lets in"
    assert [letter["To"].addresses[0].display_name for letter in box.letters] == names[:3]
    assert not any(letter["Bcc"] for letter in box.letters)
    assert all(len(letter["To"].addresses) == 1 for letter in box.letters)


def test_an_encoded_word_is_no_way_into_the_headers(site: Site, box: Box, send: Callable[[], int]) -> None:
    """A form lets this name in; what decodes it would begin a header, and the text, anew (CVE-2024-6923)."""
    name = "=?utf-8?q?x=0AReply-To=3A_e=40e.example=0A=0AYour_account_is_locked?="
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).name = name
    write(site)
    send()
    (letter,) = box.letters
    assert letter["To"].addresses[0].display_name == name.replace("=?", "= ?")
    assert letter["Reply-To"] is None and letter.get_content_type() == "multipart/alternative"
    assert len(letter["To"].addresses) == 1


def test_one_connection_serves_many_letters(site: Site, box: Box, send: Callable[[], int]) -> None:
    write(site, site.cast.learner, site.cast.peer, site.cast.coach)
    assert send() == 3 and len(box.sessions) == 1
    assert box.recipients == ["lena@example.org", "piet@example.org", "cora@example.org"]


def test_a_letter_that_is_written_once_is_written_once(site: Site, box: Box, send: Callable[[], int]) -> None:
    for _ in range(3):
        write(site, once="digest of week 48")
        send()
    assert len(box.letters) == 1


def test_a_job_that_comes_again_does_not_send_again(site: Site, box: Box, send: Callable[[], int]) -> None:
    write(site)
    send()
    with site.db() as db:
        SEND.later(db, mail_id=mails(site)[0].id)
    assert send() == 1 and len(box.letters) == 1


def test_what_the_server_postpones_is_tried_again(site: Site, box: Box, send: Callable[[], int]) -> None:
    answers = iter(["451 4.7.1 greylisted, come back", OK])
    box.at_data = lambda address: next(answers)
    write(site)
    send()
    (job,) = jobs(site)
    assert "greylisted" in job.error and mails(site)[0].sent_at is None
    with set_to(job.due_at):
        send()
    assert told(box.letters) == [("lena@example.org", "Mail works")] and jobs(site) == []


@pytest.mark.parametrize("stage", ["at_rcpt", "at_data"])
def test_what_the_server_refuses_is_dead_with_its_words(
    site: Site, box: Box, send: Callable[[], int], stage: str
) -> None:
    setattr(box, stage, lambda address: "550 5.1.1 there is no such mailbox")
    write(site)
    send()
    with site.db() as db:
        (dead,) = dead_jobs(db)
    assert dead.error == "The mail server refuses it: 550 5.1.1 there is no such mailbox"
    setattr(box, stage, lambda address: OK)
    write(site, site.cast.peer)
    send()
    assert box.recipients == ["piet@example.org"], "the others go on"


def test_an_address_that_is_none_is_dead(site: Site, box: Box, send: Callable[[], int]) -> None:
    with site.db() as db:
        db.get_one(Person, site.cast.learner.id).email = "lena at example"
    write(site)
    send()
    assert [job.died_at is not None for job in jobs(site)] == [True] and box.letters == []


def test_without_a_server_everything_waits(site: Site) -> None:
    settings = settings_for("sqlite://", smtp_url="smtp://127.0.0.1:9")
    write(site)
    Worker(site.database, {SEND: make_postman(settings, Library(settings.content_dir)).deliver}).run_due()
    (job,) = jobs(site)
    assert "refused" in job.error and job.died_at is None


def test_a_server_that_hung_up_meanwhile_is_called_again(site: Site, box: Box) -> None:
    transport = Smtp(SmtpServer("127.0.0.1", 0, ""))
    for _ in range(2):
        with smtp_server(box) as port:
            transport.server = SmtpServer("127.0.0.1", port, "")
            transport.send(message(), "a name")
    assert len(box.letters) == 2


def test_who_has_no_account_any_more_gets_no_mail(site: Site, box: Box, send: Callable[[], int]) -> None:
    with site.db() as db:
        TRIAL.post(db, 4711, "en")
        db.get_one(Person, site.cast.peer.id).email = None
    write(site, site.cast.peer)
    send()
    assert box.letters == [] and jobs(site) == []
    assert [(mail.sent_at, mail.ended_at is not None) for mail in mails(site)] == [(None, True)] * 2


def test_after_thirty_days_nobody_knows_that_it_was_sent(
    site: Site, box: Box, send: Callable[[], int]
) -> None:
    write(site)
    send()
    write(site, site.cast.peer)
    for days, left in [(KEPT - timedelta(days=1), 2), (KEPT, 1)]:
        with set_to(now() + days), site.db() as db:
            forget_ended(db)
        assert len(mails(site)) == left


# TLS


def message() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "Hello"
    letter.set_content("Hello.")
    return letter


def test_with_starttls_and_a_password(box: Box) -> None:
    known = certificates()
    options = {
        "tls_context": known.server,
        "require_starttls": True,
        "authenticator": takes("ann", "p@ss/word"),
        "auth_required": True,
    }
    with smtp_server(box, **options) as port:
        server = parsed(f"smtp://ann:p%40ss%2Fword@localhost:{port}")
        secured = SmtpServer("localhost", port, "starttls", server.user, server.password)
        Smtp(secured, context=known.client).send(message(), "a name")
        assert len(box.letters) == 1
        wrong = SmtpServer("localhost", port, "starttls", "ann", "wrong")
        with pytest.raises(smtplib.SMTPAuthenticationError):
            Smtp(wrong, context=known.client).send(message(), "a name")


def test_a_certificate_that_nobody_vouches_for_ends_it(box: Box) -> None:
    with (
        smtp_server(box, tls_context=certificates().server) as port,
        pytest.raises(OSError, match="certificate verify failed"),
    ):
        Smtp(SmtpServer("localhost", port, "starttls")).send(message(), "a name")
    assert box.letters == []


def test_where_starttls_is_asked_for_nothing_goes_without_it(box: Box) -> None:
    """A server that does not offer it, or somebody on the way who says so (RFC 3207, 6)."""
    with smtp_server(box) as port, pytest.raises(smtplib.SMTPNotSupportedError):
        Smtp(SmtpServer("localhost", port, "starttls", "ann", "secret")).send(message(), "a name")
    assert box.letters == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.example.org", SmtpServer("mail.example.org", 465, "implicit")),
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 587, "starttls")),
        ("smtp://a:b@mail.example.org:25", SmtpServer("mail.example.org", 25, "starttls", "a", "b")),
        ("smtp://relay.internal:25?starttls=no", SmtpServer("relay.internal", 25, "")),
        ("smtp://127.0.0.1:1025", SmtpServer("127.0.0.1", 1025, "")),
        ("smtp://localhost", SmtpServer("localhost", 587, "")),
    ],
)
def test_only_the_same_machine_or_a_relay_that_is_named_goes_without_tls(
    url: str, server: SmtpServer
) -> None:
    assert parsed(url) == server
    assert "password" not in repr(parsed(url))


def test_long_lines_are_wrapped_but_addresses() -> None:
    address = "https://dingen.example.org/" + "a" * 90
    text = wrapped(f"Some words, and {'more ' * 30}\n\n{address}\n\n\n-- \nthe foot")
    assert address in text.splitlines() and "-- " in text.splitlines()
    assert all(len(line) <= 72 for line in text.splitlines() if line != address)


def jobs(site: Site) -> list[Job]:
    with site.db() as db:
        return list(db.scalars(select(Job).order_by(Job.id)))
