"""Who comes into a group, for whoever runs it: coaches and organizers have the same pages at addresses of
their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from app.cohorts.address_lists import MOST_LINES, NOBODY, text_of
from app.cohorts.invitations import (
    Checked,
    check_list,
    invite_all,
    may_be_sent_again,
    open_invitation,
    open_invitations,
    send_again,
    withdraw,
)
from app.cohorts.models import Cohort, Invitation
from app.cohorts.queries import coached_cohort, organized_cohort
from app.errors import Refused
from app.people.viewer import Viewer
from app.web.forms import Bound, Form, Upload, blank
from app.web.i18n import Locale, message
from app.web.paging import decode_cursor, encode_cursor
from app.web.render import Flash, redirect, render

LONGEST_LIST = 1_000_000
INVITED_A_PAGE = 50


class InviteForm(Form):
    """A list of addresses, pasted or as a file."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    addresses: Annotated[str, StringConstraints(max_length=LONGEST_LIST, strip_whitespace=False)] = ""
    file: Annotated[Upload | None, Field()] = None
    action: Literal["look", "invite"] = "look"


@dataclass(frozen=True)
class Desk:
    """A group, and the addresses of its pages for the one who looks at them."""

    cohort: Cohort
    base: str
    coached: bool

    @property
    def invite_url(self) -> str:
        return f"{self.base}/invite"

    @property
    def requests_url(self) -> str:
        return f"{self.base}/requests"


def coach_desk(db: Session, viewer: Viewer, public_id: str) -> Desk:
    """Raises NotFound for who does not coach the group."""
    cohort = db.get_one(Cohort, coached_cohort(db, viewer, public_id).id)
    return Desk(cohort, f"/cohorts/{public_id}/coach", coached=True)


def organizer_desk(db: Session, viewer: Viewer, public_id: str) -> Desk:
    """Raises NotFound for who does not organize."""
    cohort = organized_cohort(db, viewer, public_id)
    return Desk(cohort, f"/organize/cohorts/{public_id}", coached=False)


@dataclass(frozen=True)
class InvitedView:
    """Invitations that nobody used yet."""

    invitations: list[tuple[Invitation, bool]]
    """With whether another letter may go there."""
    first_url: str | None
    next_url: str | None


def invited_view(db: Session, desk: Desk, after: str = "", limit: int = INVITED_A_PAGE) -> InvitedView:
    cursor = decode_cursor(after, int)
    found = open_invitations(db, desk.cohort.id, after=cursor[0] if cursor else None, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    next_url = f"{desk.invite_url}?{urlencode({'after': encode_cursor(found[-1].id)})}" if more else None
    lines = [(invitation, may_be_sent_again(invitation)) for invitation in found]
    return InvitedView(lines, desk.invite_url if cursor else None, next_url)


def invite_page(
    request: Request,
    db: Session,
    desk: Desk,
    *,
    form: Bound[InviteForm] | None = None,
    after: str = "",
    refusal: str = "",
    status: int = 200,
) -> Response:
    context = {
        "desk": desk,
        "cohort": desk.cohort,
        "form": form or blank(InviteForm),
        "invited": invited_view(db, desk, after),
        "refusal": refusal,
        "most": MOST_LINES,
    }
    return render(request, "coaching/invite.html", context, status=status)


def invite_people(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, form: Bound[InviteForm]
) -> Response:
    """All of them or nobody: a list with a problem in it changes nothing."""
    text = _text_of(form)
    if form.valid and not text.strip():
        form.refuse("addresses", NOBODY)
    if not form.valid:
        return invite_page(request, db, desk, form=form, status=422)
    checked = check_list(db, desk.cohort, text)
    wrong = bool(checked.problems)
    if wrong or form.data.action == "look":
        status = 422 if wrong and form.data.action == "invite" else 200
        return _look(request, locale, desk, form, text, checked, status=status)
    count = invite_all(
        db,
        desk.cohort,
        checked,
        actor_id=viewer.person_id,
        language=locale.language,
        secret=request.app.state.settings.secret(),
    )
    done = locale.ngettext(
        "%(num)s invitation is on its way.", "%(num)s invitations are on their way.", count
    )
    if not count:
        done = locale.gettext("Everyone on the list was invited less than a day ago.")
    return redirect(request, desk.invite_url, Flash(done % {"num": count}))


def _text_of(form: Bound[InviteForm]) -> str:
    """The list, whichever way it came; what is wrong with it is added to the form."""
    if not form.valid or form.data.file is None:
        return form.data.addresses if form.valid else ""
    if form.data.file.size > LONGEST_LIST:
        form.refuse("file", message("This file is too long for a list of addresses."))
        return ""
    form.data.file.file.seek(0)
    try:
        return text_of(form.data.file.file.read())
    except Refused as refused:
        form.refuse("file", refused.message)
        return ""


def _look(
    request: Request,
    locale: Locale,
    desk: Desk,
    form: Bound[InviteForm],
    text: str,
    checked: Checked,
    *,
    status: int,
) -> Response:
    problems = [(problem.number, problem.reason.translated(locale.gettext)) for problem in checked.problems]
    context = {
        "desk": desk,
        "cohort": desk.cohort,
        "form": Bound({**form.raw, "addresses": text}),
        "text": text,
        "checked": checked,
        "problems": problems,
        "wrong": {number for number, _ in problems},
    }
    return render(request, "coaching/invite_list.html", context, status=status)


def withdraw_invitation(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, public_id: str
) -> Response:
    invitation = open_invitation(db, desk.cohort.id, public_id)
    withdraw(db, invitation, desk.cohort, actor_id=viewer.person_id)
    done = locale.gettext("The invitation is taken back: its link works no more.")
    return redirect(request, desk.invite_url, Flash(done))


def send_invitation_again(
    request: Request, db: Session, viewer: Viewer, locale: Locale, desk: Desk, public_id: str
) -> Response:
    invitation = open_invitation(db, desk.cohort.id, public_id)
    try:
        send_again(db, invitation, desk.cohort, actor_id=viewer.person_id)
    except Refused as refused:
        said = refused.message.translated(locale.gettext)
        return invite_page(request, db, desk, refusal=said, status=409)
    done = locale.gettext("Another mail is on its way.")
    return redirect(request, desk.invite_url, Flash(done))
