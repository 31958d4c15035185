"""The letter to somebody who is invited to a cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cohorts.models import Invitation
from app.cohorts.services import is_over
from app.mail.models import Mail
from app.mail.postman import Reader, Written
from app.mail.services import Letter
from app.people.letters import Token
from app.things.catalogue import Catalogue
from app.web.i18n import Locale, message

INVITED = Letter("invited")
LIFE = timedelta(days=60)
"""How long its link works."""


def invited_letter(
    db: Session, mail: Mail, *, token: Token, catalogue: Callable[[], Catalogue]
) -> Written | None:
    """The link is a mailed link's: neither table nor outbox holds it."""
    found = (
        select(Invitation)
        .where(Invitation.public_id == mail.details["invitation"])
        .options(joinedload(Invitation.cohort), joinedload(Invitation.invited_by))
    )
    invitation = db.scalars(found).first()
    if invitation is None or invitation.used_at is not None or invitation.withdrawn_at is not None:
        return None
    cohort, sender = invitation.cohort, invitation.invited_by
    if is_over(cohort):
        return None
    programme = catalogue().programme(cohort.programme_slug)

    def values(locale: Locale) -> Mapping[str, Any]:
        return {
            "group": cohort.name,
            "sender": sender.name if sender else "",
            "programme": programme.text(locale.reading_order()) if programme else None,
            "starts_on": cohort.starts_on,
            "token": token(invitation.public_id),
            "days": LIFE.days,
        }

    subject = message("You are invited to %(group)s", group=cohort.name)
    return Written(Reader(invitation.name, invitation.email), subject, "emails/invited.html", values)
