"""What can be wrong with content: a code for each, its severity and its remedy.

The codes are stable; docs/organizers/check-codes.md lists them all.
"""

from __future__ import annotations

from enum import Enum, unique
from typing import Literal

from app.things.catalogue import Problem


@unique
class Code(Enum):
    """`(severity, remedy)`; the remedy ends the message of a problem."""

    T001 = "error", "Create the folder, or set DINGEN_CONTENT_DIR to the folder that holds things/."
    T002 = "warning", "Start one with: dingen new programme"
    T003 = "error", "Rename the folder to lower-case letters, digits and hyphens, such as digital-work."
    T004 = "error", "Add it, with at least a title in its front matter."
    T005 = "error", "Rename it to NN-slug.md, or NN-slug.nl.md for a translation, such as 07-podcasts.md."
    T006 = "error", "Give the server the right to read it."
    T007 = "error", "Save it as UTF-8."
    T008 = "error", "Split it into several Things, and keep pictures in their own files."
    T009 = "error", "Write it, or delete it."
    T010 = "warning", "Split it: as it is, it is shown as plain text."

    T101 = "error", "Begin the file with a line ---, the lines of the front matter, and another line ---."
    T102 = "error", "Write one 'key: value' a line; put quotes around a value that contains ': ' or ' #'."
    T103 = "error", "Remove it or correct its name."
    T104 = "error", "Add it to the front matter."
    T105 = "error", "Correct the value."
    T106 = "error", "Keep one of the two."
    T107 = "warning", "Add one sentence that says what one will hold afterwards."

    T201 = "error", "Give one of the two files another number."
    T202 = "error", "Give one of the two files another name."
    T203 = "error", "Remove the alias here or there."
    T204 = "error", "Use the slug of a Thing in this programme."
    T205 = "error", "Remove one of these from its 'requires'."
    T206 = "error", "Add it to 'competencies' in programme.md, or correct it here."
    T207 = "error", "Add it, or rename this file."
    T208 = (
        "error",
        "Use the same ids in the same order in every language; dingen check --fix fills missing ones in.",
    )
    T209 = "error", "Lower the number, or write: complete: all"
    T210 = "error", "Drop the language from the file name."
    T211 = "error", "Add them to 'sections' in programme.md."

    T301 = "error", "Add an id such as {#subscribe} at the end of its line, or run: dingen check --fix"
    T302 = "error", "Give one of the two another id."
    T303 = "error", "Write {#id} or {#id minutes=10}, the id in lower-case letters, digits and hyphens."
    T304 = "warning", "Add an activity under Try, or a Reflect section."
    T305 = "warning", "Correct the heading if that is what you mean."
    T306 = "error", "Join the two sections."
    T307 = "warning", "Begin headings with ##; the title comes from the front matter."
    T308 = "warning", "Put at least one activity under Getting started."

    T401 = "error", "Correct the link."
    T402 = "error", "Put the picture into the programme's folder images/, or correct its name."
    T403 = "warning", "Say between the square brackets what the picture shows."
    T404 = (
        "warning",
        "Put a copy into images/: pages ask nothing from other sites, so this is shown as a link.",
    )
    T405 = "warning", "Use https, http or mailto; another address is not shown as a link."
    T406 = "error", "Save the drawing again without scripts and without parts from elsewhere."

    @property
    def severity(self) -> Literal["error", "warning"]:
        return self.value[0]

    @property
    def remedy(self) -> str:
        return self.value[1]


def problem(code: Code, path: str, message: str, at: tuple[int, int] = (1, 1)) -> Problem:
    """`message` says what is wrong, without a full stop; the remedy follows."""
    end = "" if message.endswith("?") else "."
    return Problem(path, *at, code.name, f"{message}{end} {code.remedy}", code.severity)
