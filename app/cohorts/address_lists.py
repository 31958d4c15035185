"""Lists of people to invite, pasted or from a spreadsheet: who stands on each line, and what is wrong with
it. Nothing is looked up here."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cohorts.addresses import address_problem
from app.db import fold, fold_address
from app.errors import Refused
from app.web.i18n import Message, message

MOST_LINES = 5_000
LONGEST_LINE = 500
LONGEST_NAME = 120
SEPARATORS = ";\t,"

ADDRESS = frozenset({"e-mail", "email", "mail", "e-mail address", "email address", "address", "e-mailadres"})
ADDRESS |= {"emailadres", "mailadres", "adres", "adresse e-mail", "adresse mail", "adresse", "courriel"}
FIRST = frozenset({"first name", "given name", "voornaam", "prenom"})
NAME = frozenset({"name", "full name", "naam", "volledige naam", "nom", "nom complet"})
LAST = frozenset({"last name", "surname", "family name", "achternaam", "familienaam", "nom de famille"})
LANGUAGE = frozenset({"language", "taal", "langue"})
LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys(("en", "english", "engels", "anglais"), "en"),
    **dict.fromkeys(("nl", "dutch", "nederlands", "neerlandais"), "nl"),
    **dict.fromkeys(("fr", "french", "frans", "francais"), "fr"),
}

NO_TEXT = message("This file is no text that we can read. In the spreadsheet, save it as CSV UTF-8.")
NOBODY = message("There is nobody in this list. Write an e-mail address on each line.")
TOO_MANY = message("These are more than %(most)s lines. Take them in parts.", most=MOST_LINES)
NO_COLUMN = message("No column has the e-mail addresses. Write “e-mail” above the one that has them.")
TWO_COLUMNS = message("Two columns say the same. Take one of them away.")
NO_ADDRESS = message("There is no e-mail address on this line.")
EMPTY_CELL = message("The column with the e-mail address is empty here.")
TWO_ADDRESSES = message("There are two addresses on this line. Give each a line of its own.")
LONG_LINE = message("This line is too long: use at most %(most)s characters.", most=LONGEST_LINE)
LONG_NAME = message("This name is too long: use at most %(most)s characters.", most=LONGEST_NAME)
NO_LANGUAGE = message("We do not write in this language. Take en, nl or fr, or leave it out.")
MANY_COLUMNS = message("There are more columns here than we know what to do with: address, name, language.")
CONTROLS = message("There is a character in this that cannot be seen. Type the line again.")
LOST = message("A letter was lost when the file was saved. Save it as CSV UTF-8, or type the line again.")
QUOTE = message("A quotation mark is opened or closed here without the other one.")
BRACKET = message("Write an address in brackets as Name <name@example.org>.")
FORMULA = message("A name cannot begin with = + - or @: a spreadsheet would take it for a formula.")
LINK = message("A name cannot have a web address in it.")

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")
_BRACKETED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True)
class Invitee:
    """Somebody on a line, as it was understood."""

    number: int
    email: str
    name: str = ""
    language: str | None = None


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line; with the whole list where the number is 0."""

    number: int
    reason: Message


class Wrong(Exception):
    """This line cannot be taken."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


def text_of(content: bytes) -> str:
    """As spreadsheets save it. Raises Refused for what is no text."""
    encodings = ("utf-8-sig", "cp1252")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16", "utf-16")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not text.startswith(("PK\x03\x04", "%PDF")):
            return text
    raise Refused(NO_TEXT, "file")


def read_list(text: str) -> tuple[list[Invitee], list[Problem]]:
    """Everybody who could be understood, and every problem, in the order of the lines."""
    lines = [
        (number, line)
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), start=1)
        if line.strip(" \t\xa0;,")
    ]
    head = _head_of(lines[0][1]) if lines else None
    if head is not None:
        number = lines.pop(0)[0]
        if wrong := head.problem():
            return [], [Problem(number, wrong)]
    if not lines:
        return [], [Problem(0, NOBODY)]
    if len(lines) > MOST_LINES:
        return [], [Problem(0, TOO_MANY)]
    people: list[Invitee] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, line in lines:
        try:
            invitee = _read_line(number, line, head)
            before = seen.setdefault(invitee.email, number)
            if before != number:
                raise Wrong(_twice(before))
            people.append(invitee)
        except Wrong as wrong_line:
            problems.append(Problem(number, wrong_line.reason))
    return people, problems


def _twice(before: int) -> Message:
    return message("This address stands on line %(line)s already. Take one away.", line=before)


@dataclass(frozen=True)
class Head:
    """The columns that the first line names, and which of them are for us."""

    separator: str
    count: int
    address: Sequence[int]
    first: Sequence[int]
    name: Sequence[int]
    last: Sequence[int]
    language: Sequence[int]

    def problem(self) -> Message | None:
        if not self.address:
            return NO_COLUMN
        columns = (self.address, self.first, self.name, self.last, self.language)
        return TWO_COLUMNS if any(len(column) > 1 for column in columns) else None


def _head_of(line: str) -> Head | None:
    """None where the first line names no columns, but somebody to invite."""
    if "@" in line:
        return None
    separator = max(SEPARATORS, key=line.count)
    try:
        heads = [fold(cell) for cell in _cells(line, separator)]
    except Wrong:
        return None

    def called(words: frozenset[str]) -> list[int]:
        return [at for at, head in enumerate(heads) if head in words]

    head = Head(separator, len(heads), *map(called, (ADDRESS, FIRST, NAME, LAST, LANGUAGE)))
    known = any((head.address, head.first, head.name, head.last, head.language))
    return head if known else None


def _read_line(number: int, line: str, head: Head | None) -> Invitee:
    """Raises Wrong."""
    if len(line) > LONGEST_LINE:
        raise Wrong(LONG_LINE)
    if _CONTROL.search(line):
        raise Wrong(CONTROLS)
    if "\ufffd" in line:
        raise Wrong(LOST)
    address, name, language = _by_columns(line, head) if head else _by_looks(line)
    address = address.strip().removeprefix("mailto:")
    if reason := address_problem(address):
        raise Wrong(reason)
    return Invitee(number, fold_address(address), _name(name), _language(language))


def _by_columns(line: str, head: Head) -> tuple[str, str, str]:
    """(address, name, language)."""
    cells = _cells(line, head.separator)
    if any(cells[head.count :]):
        raise Wrong(MANY_COLUMNS)
    cells += [""] * (head.count - len(cells))
    (address,) = (cells[at] for at in head.address)
    if not address:
        raise Wrong(EMPTY_CELL)
    bracketed = _bracketed(address)
    if bracketed is None and re.search(r"@.*[\s;,]\S*@", address):
        raise Wrong(TWO_ADDRESSES)
    name = " ".join(cells[at] for at in (*head.first, *head.name, *head.last) if cells[at])
    language = "".join(cells[at] for at in head.language)
    return (bracketed[0], name or bracketed[1], language) if bracketed else (address, name, language)


def _by_looks(line: str) -> tuple[str, str, str]:
    """(address, name, language) of a line without columns that are named."""
    if bracketed := _bracketed(line.rstrip(";, ")):
        return *bracketed, ""
    outside = re.sub(r'"[^"]*"', "", line)
    cells = _cells(line, max(SEPARATORS, key=outside.count))
    addresses = [cell for cell in cells if "@" in cell[1:]] or [cell for cell in cells if "@" in cell]
    if not addresses:
        raise Wrong(NO_ADDRESS)
    if len(addresses) > 1 or re.search(r"@.*\s\S+@", addresses[0]):
        raise Wrong(TWO_ADDRESSES)
    address, more = _bracketed(addresses[0]) or (addresses[0], "")
    rest = [cell for cell in cells if cell and cell != addresses[0]]
    language = rest.pop() if rest and (len(rest) > 1 or fold(rest[-1]) in LANGUAGES) else ""
    if len(rest) > 1:
        raise Wrong(MANY_COLUMNS)
    return address, more or "".join(rest), language


def _bracketed(text: str) -> tuple[str, str] | None:
    """(address, name) of what is written as mail programs do; None where there are no brackets."""
    if "<" not in text and ">" not in text:
        return None
    if text.count("<") > 1 and text.count("@") > 1:
        raise Wrong(TWO_ADDRESSES)
    found = _BRACKETED.fullmatch(text)
    if found is None:
        raise Wrong(BRACKET)
    name = found["name"].strip()
    if name.count('"') % 2:
        raise Wrong(QUOTE)
    if "@" in name:
        raise Wrong(TWO_ADDRESSES)
    return found["address"].strip(), name.replace('"', "").strip(" ;,\t")


def _cells(line: str, separator: str) -> list[str]:
    try:
        (cells,) = csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True)
    except (csv.Error, ValueError) as error:
        raise Wrong(QUOTE) from error
    return [cell.strip(" \xa0") for cell in cells]


def _name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Wrong(LONG_NAME)
    if name.startswith(("=", "+", "-", "@")):
        raise Wrong(FORMULA)
    if _LINK.search(name):
        raise Wrong(LINK)
    return name


def _language(written: str) -> str | None:
    if not written:
        return None
    language = LANGUAGES.get(fold(written)) or LANGUAGES.get(re.split("[-_]", fold(written))[0])
    if language is None:
        raise Wrong(NO_LANGUAGE)
    return language
