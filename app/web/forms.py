"""Forms: what was typed, what it means, and what is wrong with it, each kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import IO, Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl
from uuid import uuid4
from zoneinfo import available_timezones

from fastapi import Depends, HTTPException, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from app.web.i18n import Message, message

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MAX_PART_BYTES = 2_000_000
MAX_FIELDS = 500
UNKEPT = message("There is a character in this that cannot be kept. Type it again.")


class Form(BaseModel):
    """A form's shape. Field names are the inputs' names; unknown inputs are ignored."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")


@dataclass(frozen=True)
class Upload:
    """A file that came with a form, on the disk until somebody reads it; empty ones are none."""

    file: IO[bytes]
    size: int


F = TypeVar("F", bound=Form)


@dataclass
class Bound(Generic[F]):
    """A form with what was typed. `data` is None where it does not fit; `errors` has a sentence per field."""

    raw: dict[str, Any]
    parsed: F | None = None
    problems: dict[str, Message] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    _translate: Callable[[str], str] = str

    @property
    def valid(self) -> bool:
        return self.parsed is not None and not self.problems

    @property
    def data(self) -> F:
        if self.parsed is None:
            raise ValueError("an invalid form has no data")
        return self.parsed

    def value(self, name: str, default: Any = "") -> Any:
        return self.raw.get(name, default)

    def refuse(self, name: str, reason: Message) -> None:
        """Add a problem that only the database could know."""
        self.problems[name] = reason
        self.errors[name] = reason.translated(self._translate)

    def speak(self, translate: Callable[[str], str]) -> None:
        """Put the problems into the person's language."""
        self._translate = translate
        self.errors = {name: problem.translated(translate) for name, problem in self.problems.items()}


def blank(form: type[F], **values: Any) -> Bound[F]:  # noqa: ARG001
    """A form to be filled in, with a fresh `once` that makes repeats of its submission one."""
    return Bound({"once": str(uuid4()), **values})


def posted(form: type[F], *, file: str = "") -> Any:
    """A dependency that reads the body into a bound form; it never touches the database. The field `file`
    takes an uploaded file, an Upload."""

    async def read(request: Request) -> Bound[F]:
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type and content_type not in FORM_TYPES:
            raise HTTPException(415)
        try:
            pairs = await _pairs(request, content_type, file)
        except UnicodeError as error:
            raise HTTPException(415) from error
        raw: dict[str, Any] = {}
        for name, value in pairs:
            if isinstance(value, Upload):
                raw[name] = value
            elif name in lists:
                raw.setdefault(name, []).append(_text(value))
            else:
                raw[name] = _text(value)
        return bind(form, raw)

    lists = {name for name in form.model_fields if _is_list(form, name)}

    read.reads_form = True  # type: ignore[attr-defined]
    return Depends(read)


async def _pairs(request: Request, content_type: str, file: str) -> list[tuple[str, str | Upload]]:
    """Names and values in their order (WHATWG URL, 5.1). Raises HTTPException for too many."""
    if content_type == "multipart/form-data":
        files = 1 if file else 0
        body = await request.form(max_files=files, max_fields=MAX_FIELDS, max_part_size=MAX_PART_BYTES)
        return [
            (name, value if isinstance(value, str) else Upload(value.file, value.size or 0))
            for name, value in body.multi_items()
            if isinstance(value, str) or (name == file and value.size)
        ]
    body_text = (await request.body()).decode("latin-1")
    try:
        return [*parse_qsl(body_text, keep_blank_values=True, max_num_fields=MAX_FIELDS)]
    except ValueError as error:
        raise HTTPException(400) from error


def _text(value: str) -> str:
    """Line ends as one character, and no half characters, which some encodings let through."""
    return value.replace("\r\n", "\n").encode(errors="replace").decode()


def bind(form: type[F], raw: dict[str, Any]) -> Bound[F]:
    """Check `raw` against the form."""
    filled = {name: value for name, value in raw.items() if value != ""}
    texts = {name: value for name, value in filled.items() if not isinstance(value, Upload)}
    unkept = {name: UNKEPT for name, value in texts.items() if "\0" in "".join(value)}
    if unkept:
        return Bound(raw, None, dict(unkept))
    try:
        return Bound(raw, form.model_validate(filled))
    except ValidationError as error:
        problems: dict[str, Message] = {}
        for detail in error.errors():
            problems.setdefault(str(detail["loc"][0]) if detail["loc"] else "", _explain(detail))
        return Bound(raw, None, problems)


def _is_list(form: type[Form], name: str) -> bool:
    info = form.model_fields.get(name)
    return info is not None and str(info.annotation).startswith(("list", "tuple", "set"))


def invalid(reason: Message) -> PydanticCustomError:
    """For a form's own validators: `raise invalid(message("…"))`."""
    return PydanticCustomError("dingen", "{text}", {"text": reason.text, "message": reason})


def _on_the_clock(at: time) -> time:
    if at.tzinfo is not None:
        raise invalid(message("Write a time such as 14:30."))
    return at.replace(second=0, microsecond=0)


def _known_zone(time_zone: str) -> str:
    if time_zone not in available_timezones():
        raise invalid(message("Write a time zone as place and city, for example Europe/Brussels."))
    return time_zone


ClockTime = Annotated[time, AfterValidator(_on_the_clock)]
"""What a clock shows, to the minute."""
TimeZone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_known_zone)]


def _explain(detail: ErrorDetails) -> Message:
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "dingen":
        explained: Message = context["message"]
        return explained
    if kind in ("missing", "string_too_short"):
        if kind == "string_too_short" and context.get("min_length", 1) > 1:
            return message("Use at least %(count)s characters.", count=context["min_length"])
        return message("Fill this in.")
    if kind == "string_too_long":
        return message("Use at most %(count)s characters.", count=context["max_length"])
    if kind in ("enum", "literal_error"):
        return message("Choose one of the options.")
    if kind.startswith("date"):
        return message("Write a date as day, month and year, for example 2026-11-23.")
    if kind.startswith("time"):
        return message("Write a time such as 14:30.")
    if kind.startswith("int"):
        return message("Write a whole number.")
    if kind in ("greater_than_equal", "greater_than"):
        return message("Write a larger number.")
    if kind in ("less_than_equal", "less_than"):
        return message("Write a smaller number.")
    if kind == "value_error" and "email" in detail["msg"]:
        return message("Write an e-mail address such as name@example.org.")
    return message("This does not look right. Check what you typed.")
