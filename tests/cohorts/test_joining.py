"""Coming into a group: by approval, and by invitations that are mailed."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from unittest.mock import patch

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from app.clock import now, set_to
from app.cohorts.address_lists import MOST_LINES, read_list
from app.cohorts.models import Cohort, Enrolment, Invitation, JoinRequest
from app.cohorts.queries import active_enrolment, members_count
from app.mail.models import Mail
from app.notices.models import Kind, Notice
from app.people.models import Person
from tests.cast import PASSWORD, PROGRAMME
from tests.conftest import BASE_URL, Site
from tests.deeds import crowd
from tests.pages import see, value, words

JOIN = "/join/RIVERSIDE"
NEW = {"name": "Nele Wouters", "password": "seven green umbrellas"}
ONE = "Nele Wouters <Nele@Example.org>"


def change(site: Site, **values: object) -> None:
    with site.db() as db:
        db.execute(update(Cohort).where(Cohort.id == site.cast.cohort.id).values(**values))


def invite_url(site: Site) -> str:
    return f"/organize/cohorts/{site.cast.cohort.public_id}/invite"


def send(site: Site, text: str, action: str = "invite", person: Person | None = None) -> Response:
    coach = person is site.cast.coach
    url = invite_url(site)
    if coach:
        url = f"/cohorts/{site.cast.cohort.public_id}/coach/invite"
    form = {"addresses": text, "action": action}
    response: Response = site.client(person or site.cast.organizer).post(url, data=form)
    return response


def invite(site: Site, text: str = ONE) -> list[EmailMessage]:
    see(send(site, text), 303)
    return site.mail()


def link_in(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    (link,) = set(re.findall(rf"{BASE_URL}(/invited/\S+)", body.get_content()))
    return str(link)


def counted(site: Site, table: Any) -> int:
    with site.db() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def is_in(site: Site, email: str) -> bool:
    with site.db() as db:
        found = select(Person.id).where(Person.email == email)
        person_id = db.scalars(found).one()
        enrolment = active_enrolment(db, person_id, PROGRAMME)
        return enrolment is not None and enrolment.cohort_id == site.cast.cohort.id


def told(site: Site, person: Person) -> list[str]:
    page = see(site.client(person).get("/notices"))
    return [" ".join(entry.text(separator=" ").split()) for entry in page.css(".notice-entry")]


def ask(site: Site, person: Person) -> TestClient:
    client = site.client(person)
    see(client.post(JOIN), 303)
    return client


# By approval


def test_who_asks_is_let_in_by_a_coach(site: Site) -> None:
    change(site, joining="approval")
    with site.db() as db:
        db.execute(update(Person).where(Person.id == site.cast.coach.id).values(email_verified_at=now()))
    client = site.client(site.cast.stranger)
    assert "A coach lets people into this group." in words(see(client.get(JOIN)))
    for _ in range(2):
        see(client.post(JOIN), 303)
    assert counted(site, JoinRequest) == 1 and not is_in(site, "stien@example.org")
    assert "You asked to join." in words(see(client.get(JOIN)))
    assert [str(letter["To"]) for letter in site.mail()] == ["Cora Janssens <cora@example.org>"]
    coach = site.client(site.cast.coach)
    with site.db() as db:
        notice = db.scalars(select(Notice).where(Notice.kind == Kind.JOIN_REQUEST)).one()
    assert coach.post(f"/notices/{notice.public_id}/open").headers["location"] == "/join-requests"
    way = see(coach.get("/join-requests")).css_first("main li a").attributes["href"] or ""
    page = see(coach.get(way))
    assert "Stien Vos" in words(page)
    see(coach.post(page.css_first("form[action$='/let-in']").attributes["action"] or ""), 303)
    assert is_in(site, "stien@example.org") and counted(site, JoinRequest) == 0
    (said,) = told(site, site.cast.stranger)
    assert said.startswith("Cora Janssens let you into the group that you asked to join")
    assert "Nobody asks to join" in words(see(coach.get(way)))


def test_a_request_is_taken_back_or_declined(site: Site) -> None:
    change(site, joining="approval")
    client = ask(site, site.cast.stranger)
    see(client.post(f"{JOIN}/take-back"), 303)
    assert counted(site, JoinRequest) == 0 and "Ask to join" in words(see(client.get(JOIN)))
    ask(site, site.cast.stranger)
    desk = see(site.client(site.cast.organizer).get(f"/organize/cohorts/{site.cast.cohort.public_id}"))
    no = desk.css_first("form[action$='/decline']").attributes["action"] or ""
    see(site.client(site.cast.organizer).post(no), 303)
    assert counted(site, JoinRequest) == 0
    assert told(site, site.cast.stranger)[0].startswith("You asked to join a group, and it is not possible")
    assert site.client(site.cast.organizer).post(no).status_code == 404


def test_a_full_group_lets_nobody_in_and_says_so(site: Site) -> None:
    change(site, joining="approval")
    ask(site, site.cast.stranger)
    change(site, seats=2)
    coach = site.client(site.cast.coach)
    way = f"/cohorts/{site.cast.cohort.public_id}/coach/requests"
    answer = coach.post(f"{way}/{site.cast.stranger.handle}/let-in")
    assert "This group is full." in words(see(answer, 409)) and counted(site, JoinRequest) == 1
    assert site.client(site.cast.loner).post(JOIN).status_code == 409


def test_organizers_hear_of_a_group_without_a_coach_and_requests_vanish_with_joining(site: Site) -> None:
    change(site, joining="approval")
    see(
        site.client(site.cast.organizer).post(
            f"/organize/cohorts/{site.cast.cohort.public_id}/coaches/{site.cast.coach.handle}/remove"
        ),
        303,
    )
    client = ask(site, site.cast.stranger)
    (said,) = told(site, site.cast.organizer)
    assert said.startswith("Stien Vos asks to join a group of yours")
    assert "Riverside Library" in words(see(site.client(site.cast.organizer).get("/join-requests")))
    change(site, joining="code")
    see(client.post(JOIN), 303)
    assert is_in(site, "stien@example.org") and counted(site, JoinRequest) == 0


# By invitation

READ = {
    "nele@example.org": [("nele@example.org", "", None)],
    "Nele Wouters <nele@example.org>;": [("nele@example.org", "Nele Wouters", None)],
    "Wouters, Nele <nele@example.org>": [("nele@example.org", "Wouters, Nele", None)],
    '"Wouters; Nele";nele@example.org;nl': [("nele@example.org", "Wouters; Nele", "nl")],
    "\ufeffNom\tPrénom\tCourriel\tLangue\nZola\tÉmile\tz@example.org\tfrançais": [
        ("z@example.org", "Émile Zola", "fr")
    ],
    "naam,e-mail,afdeling\r\n\r\nAnn,ann@example.org,Balie\r\n,,\r\n": [("ann@example.org", "Ann", None)],
    "name;e-mail\n;nele@EXAMPLE.org": [("nele@example.org", "", None)],
}


@pytest.mark.parametrize("text", READ)
def test_lists_are_read_as_people_write_them(text: str) -> None:
    people, problems = read_list(text)
    assert not problems
    assert [(one.email, one.name, one.language) for one in people] == READ[text]


BAD = {
    "nobody": "Line 2: There is no e-mail address on this line.",
    "a@example.org b@example.org": "Line 2: There are two addresses on this line.",
    "a@example.org;b@example.org": "Line 2: There are two addresses on this line.",
    "A <a@example.org>, B <b@example.org>": "Line 2: There are two addresses on this line.",
    "good@example.org": "Line 2: This address stands on line 1 already.",
    "GOOD@example.org ": "Line 2: This address stands on line 1 already.",
    "lena@example.org": "Line 2: This person is in the group already.",
    "cora@example.org": "Line 2: This person coaches the group.",
    "a b@example.org": "Line 2: There is a space inside this address.",
    "a@@example.org": "Line 2: There is more than one @ in this address.",
    "@example.org": "Line 2: What stands before the @ is missing.",
    "nele@": "Line 2: What stands behind the @ is missing.",
    "nele@example": "Line 2: The ending is missing behind the @",
    "nele..w@example.org": "Line 2: There is a dot too many in this address.",
    "nele@exam_ple.org": "Line 2: No e-mail address looks like this.",
    "n" * 250 + "@example.org": "Line 2: This address is too long",
    "Nele <nele@example.org": "Line 2: Write an address in brackets as",
    '"Nele;nele@example.org': "Line 2: A quotation mark is opened or closed here",
    "N" * 121 + ";nele@example.org": "Line 2: This name is too long",
    "=HYPERLINK(1);nele@example.org": "Line 2: A name cannot begin with = + - or @",
    "Win at www.spam.example;nele@example.org": "Line 2: A name cannot have a web address in it.",
    "Nele;nele@example.org;de": "Line 2: We do not write in this language.",
    "Nele;nele@example.org;nl;Balie": "Line 2: There are more columns here",
    "Ne\u202ele;nele@example.org": "Line 2: There is a character in this that cannot be seen.",
    "N\ufffdle;nele@example.org": "Line 2: A letter was lost when the file was saved.",
    "N" * 501: "Line 2: This line is too long",
}
BAD_LISTS = {
    " \n;;\n": "There is nobody in this list.",
    "e-mail;name\n": "There is nobody in this list.",
    "name;department\nNele;Balie": "Line 1: No column has the e-mail addresses.",
    "e-mail;mail\na@example.org;b@example.org": "Line 1: Two columns say the same.",
    "name;e-mail\nNele;": "Line 2: The column with the e-mail address is empty here.",
    "name;e-mail\nNele;nele@example.org;more": "Line 2: There are more columns here",
    "a@example.org\n" * (MOST_LINES + 1): f"These are more than {MOST_LINES} lines.",
}
ALL_BAD = {**{f"good@example.org\n{line}\nlast@example.org": said for line, said in BAD.items()}, **BAD_LISTS}


def test_each_kind_of_bad_line_is_named_by_its_number_and_changes_nothing(site: Site) -> None:
    assert len(set(ALL_BAD.values())) >= 28
    for text, said in ALL_BAD.items():
        for action, status in (("look", 200), ("invite", 422)):
            page = see(send(site, text, action), status)
            assert [item.text() for item in page.css(".error-summary li") if said in item.text()], said
    assert counted(site, Invitation) == counted(site, Mail) == 0


def test_a_list_for_more_people_than_places_or_for_a_group_that_ended(site: Site) -> None:
    change(site, seats=3)
    page = see(send(site, "a@example.org\nb@example.org"), 422)
    assert "The list has 2 people, and the group has room for 1." in words(page, ".error-summary")
    change(site, seats=None, ends_on=now().date() - timedelta(days=2))
    page = see(send(site, "a@example.org"), 422)
    assert "This group has ended: nobody can join it any more." in words(page, ".error-summary")
    assert counted(site, Invitation) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_as_spreadsheets_save_it(site: Site, encoding: str) -> None:
    organizer = site.client(site.cast.organizer)
    content = "Prénom;Courriel\r\nZoé;zoe@example.org\r\n".encode(encoding)
    page = see(organizer.post(invite_url(site), files={"file": ("list.csv", content)}))
    assert "zoe@example.org Zoé gets a mail" in words(page, "table")
    text = value(page, "addresses")
    see(send(site, text), 303)
    with site.db() as db:
        assert db.scalars(select(Invitation.name)).all() == ["Zoé"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 a workbook", b"\xff\xfe\x00", b"a\0b", b"\x81\x8d@x"])
def test_a_file_that_is_no_text_is_refused(site: Site, content: bytes) -> None:
    organizer = site.client(site.cast.organizer)
    page = see(organizer.post(invite_url(site), files={"file": ("list.xlsx", content)}), 422)
    assert "This file is no text that we can read." in words(page, ".error-summary")


def test_five_thousand_lines_go_in_all_or_not_at_all(site: Site) -> None:
    lines = [f"Person {number};person.{number}@example.org;nl" for number in range(MOST_LINES)]
    wrong = "\n".join([*lines[:-1], "no address"])
    assert see(send(site, wrong), 422) and counted(site, Invitation) == 0
    with site.statements() as seen:
        page = see(send(site, "\n".join(lines), "look"))
    assert len(page.css("tbody tr")) == MOST_LINES and len(seen) < 20
    with site.statements() as seen:
        see(send(site, "\n".join(lines)), 303)
    assert len(seen) < 40 and counted(site, Invitation) == MOST_LINES


def test_nothing_is_kept_where_the_last_rows_fail(site: Site) -> None:
    lines = "\n".join(f"person.{number}@example.org" for number in range(600))
    with patch("app.cohorts.invitations._write_later", side_effect=RuntimeError), pytest.raises(RuntimeError):
        send(site, lines)
    assert counted(site, Invitation) == 0


def test_letters_are_written_in_the_background_each_once(site: Site) -> None:
    lines = "\n".join(f"person.{number}@example.org" for number in range(150))
    letters = invite(site, lines)
    assert len({str(letter["To"]) for letter in letters}) == len(letters) == 150
    assert len({link_in(letter) for letter in letters}) == 150


def test_a_new_person_joins_in_one_step(site: Site) -> None:
    change(site, joining="approval", language="nl")
    (letter,) = invite(site)
    assert str(letter["To"]) == "Nele Wouters <nele@example.org>" and letter["Content-Language"] == "nl"
    body = letter.get_body(("plain",))
    assert body is not None and "Omar Idrissi" in body.get_content()
    assert "Riverside Library" in str(letter["Subject"])
    link, browser = link_in(letter), site.client()
    page = see(browser.get(link))
    assert (words(page, "h1"), value(page, "name")) == ("Riverside Library", "Nele Wouters")
    assert browser.post(link, data={**NEW, "password": "password12"}).status_code == 422
    done = browser.post(link, data={**NEW, "email": "other@example.org"})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "Riverside Library" in words(see(browser.get("/"))) and is_in(site, "nele@example.org")
    with site.db() as db:
        person = db.scalars(select(Person).where(Person.email == "nele@example.org")).one()
        assert person.email_verified_at is not None
    other = site.client()
    for answer in (browser.get(link), other.get(link), other.post(link, data=NEW), browser.post(link)):
        assert "does not work any more" in words(see(answer, 404))
    assert site.mail() == []


def test_who_has_an_account_signs_in_and_presses_one_button(site: Site) -> None:
    change(site, joining="approval")
    (letter,) = invite(site, "stien@example.org")
    link, browser = link_in(letter), site.client()
    page = see(browser.get(link))
    assert not page.css("input[name=password]")
    way = page.css_first("main a.button").attributes["href"] or ""
    assert browser.post(link, data=NEW).headers["location"] == way
    form = {"email": "stien@example.org", "password": PASSWORD, "next": value(see(browser.get(way)), "next")}
    assert browser.post("/sign-in", data=form).headers["location"] == link
    assert "Join" in words(see(browser.get(link)), "main form")
    see(browser.post(link), 303)
    assert is_in(site, "stien@example.org")


def test_a_link_dies_of_age_with_the_group_and_when_it_is_taken_back(site: Site) -> None:
    (letter,) = invite(site)
    link, organizer = link_in(letter), site.client(site.cast.organizer)
    gone = see(site.client().get("/invited/nothing"), 404)
    with set_to(now() + timedelta(days=61)):
        assert words(see(site.client().get(link), 404)) == words(gone)
    change(site, ends_on=now().date() - timedelta(days=2))
    assert words(see(site.client().get(link), 404)) == words(gone)
    change(site, ends_on=None)
    see(site.client().get(link))
    desk = see(organizer.get(f"/organize/cohorts/{site.cast.cohort.public_id}"))
    assert "nele@example.org" in words(desk)
    see(organizer.post(desk.css_first("form[action$='/withdraw']").attributes["action"] or ""), 303)
    assert words(see(site.client().post(link, data=NEW), 404)) == words(gone)
    assert "nele@example.org" not in words(see(organizer.get(invite_url(site))))
    assert link_in(invite(site)[0]) != link


def test_nobody_is_mailed_twice_within_a_day(site: Site) -> None:
    (letter,) = invite(site)
    page = see(send(site, ONE, "look"))
    assert "was invited less than a day ago and gets no second mail" in words(page)
    assert "no second mail" not in words(see(send(site, "another@example.org", "look")))
    assert len(invite(site, f"{ONE}\nanother@example.org")) == 1
    with site.db() as db:
        found = db.scalars(select(Invitation).where(Invitation.name == "Nele Wouters")).one()
    again = f"/organize/cohorts/{site.cast.cohort.public_id}/invitations/{found.public_id}/again"
    organizer = site.client(site.cast.organizer)
    assert "less than a day ago" in words(see(organizer.post(again), 409), ".error-summary")
    with set_to(now() + timedelta(days=2)):
        see(organizer.post(again), 303)
        (second,) = site.mail()
        assert link_in(second) == link_in(letter)
        see(site.client().get(link_in(letter)))


def test_a_coach_invites_too_and_sees_only_their_own_group(site: Site) -> None:
    see(send(site, ONE, person=site.cast.coach), 303)
    (letter,) = site.mail()
    body = letter.get_body(("plain",))
    assert body is not None and "Cora Janssens" in body.get_content()
    coach = site.client(site.cast.coach)
    page: LexborHTMLParser = see(coach.get(f"/cohorts/{site.cast.cohort.public_id}/coach/invite"))
    assert "nele@example.org" in words(page)
    other = site.client(site.cast.other_coach)
    own = page.css_first("form[action$='/withdraw']").attributes["action"] or ""
    assert other.post(own).status_code == 404
    theirs = own.replace(site.cast.cohort.public_id, site.cast.other_cohort.public_id)
    assert other.post(theirs).status_code == 404


def test_who_joins_by_the_code_needs_no_invitation_any_more(site: Site) -> None:
    with site.db() as db:
        db.execute(update(Person).where(Person.id == site.cast.stranger.id).values(email_verified_at=now()))
    (letter,) = invite(site, "stien@example.org")
    see(site.client(site.cast.stranger).post(JOIN), 303)
    assert site.client().get(link_in(letter)).status_code == 404


def test_fifty_are_invited_and_ten_find_a_place(site: Site) -> None:
    with site.db() as db:
        people = crowd(db, [f"Person {number}" for number in range(40)])
        known = [person.email for person in people]
    new = [f"new.{number}@example.org" for number in range(10)]
    letters = invite(site, "\n".join([*new, *filter(None, known)]))
    change(site, seats=12)
    links = {str(letter["To"]): link_in(letter) for letter in letters}
    done = [site.client().post(links[email], data=NEW).status_code for email in new[:5]]
    done += [site.client(person).post(links[person.email or ""]).status_code for person in people]
    done += [site.client().post(links[email], data=NEW).status_code for email in new[5:]]
    assert (done.count(303), done.count(409)) == (10, 40)
    with site.db() as db:
        assert members_count(db, site.cast.cohort.id) == 12
        assert db.scalar(select(func.count()).where(Invitation.used_at.is_not(None))) == 10
        made = select(func.count()).select_from(Person).where(Person.email.startswith("new."))
        assert db.scalar(made) == 5, "no account is left of whom there was no room for"
        assert not db.scalars(select(Enrolment).where(Enrolment.ended_at.is_not(None))).all()
