"""Where everyone of a group is, as a file for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from sqlalchemy.orm import Session

from app.coaching.queries import everyone
from app.cohorts.queries import CohortLine
from app.cohorts.schedule import day_in
from app.progress.packs import pack_of
from app.progress.rules import State, summary
from app.things.catalogue import Programme
from app.web.i18n import Locale

BOM = "\ufeff"
"""Without it some spreadsheets read the file as if it were in another encoding."""
SEPARATORS = {"nl": ";", "fr": ";"}
"""What Excel takes for one where commas are in numbers; a line that says `sep=` would make it ignore BOM."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def progress_csv(db: Session, cohort: CohortLine, programme: Programme, locale: Locale, *, bom: bool) -> str:
    """A row for each learner, by name, with the state of each Thing of the run. With `bom` it is for Excel as
    it is where the reader's language is spoken, without for everything else."""
    words = {
        State.NOT_STARTED: locale.gettext("not started"),
        State.STARTED: locale.gettext("started"),
        State.REFLECTED: locale.gettext("reflection written"),
        State.COMPLETE: locale.gettext("complete"),
    }
    head = [
        locale.gettext("Name"),
        locale.gettext("Small group"),
        locale.gettext("Joined"),
        locale.gettext("Last active"),
        locale.gettext("Complete"),
        *(locale.gettext("Thing %(number)s") % {"number": thing.label} for thing in programme.things),
    ]
    rows = []
    for row in everyone(db, cohort.id):
        pack = pack_of(row, programme)
        states = (State(pack.get(slug, State.NOT_STARTED)) for slug in programme.slugs)
        joined, active = (day_in(cohort.time_zone, at) for at in (row.joined_at, row.last_active_at))
        name = f"{row.name} ({row.real_name})" if row.real_name else row.name
        done = str(summary(programme, pack).done)
        rows.append(
            [name, row.pod or "", str(joined), str(active), done, *(words[state] for state in states)]
        )
    if not bom:
        return _written([head, *rows], ",")
    return BOM + _written([head, *rows], SEPARATORS.get(locale.language, ","))


def _written(rows: Iterable[Sequence[str]], separator: str) -> str:
    file = StringIO()
    csv.writer(file, delimiter=separator).writerows([_plain(cell) for cell in row] for row in rows)
    return file.getvalue()


def _plain(cell: str) -> str:
    """A spreadsheet must not take a name for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
