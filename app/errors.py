"""What the rules of any feature may raise; app/web/errors.py has the pages that answer it."""

from app.web.i18n import Message


class NotFound(Exception):
    """There is no such thing, or it is not for this person to know: both answer 404."""


class Overtaken(Exception):
    """Somebody else changed what this transaction had read and was about to change: undo it and begin again.
    Pages do so by themselves."""


class Refused(Exception):
    """A rule forbids what was asked; `message` tells the person why."""

    def __init__(self, reason: Message, field: str = "") -> None:
        super().__init__(reason.text)
        self.message = reason
        self.field = field
