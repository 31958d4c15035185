"""A form changes what it is for and nothing else, whatever further fields are sent along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Integer

from app.clock import now, set_to
from app.db import UtcDateTime
from app.tables import metadata
from app.web.forms import Form
from tests.security.routes import WRITES, Call
from tests.security.tables import Rows, comparable, rows_of
from tests.security.world import World

VALUES: list[tuple[type[Any], str]] = [
    (Boolean, "1"),
    (UtcDateTime, "2001-02-03T04:05:06+00:00"),
    (Date, "2001-02-03"),
    (Integer, "1"),
    (JSON, '{"assigned": "assigned"}'),
]
CHOICES = {
    "role": "administrator",
    "visibility": "public",
    "default_visibility": "public",
    "mode": "blended",
    "audience": "readers",
    "reason": "other",
    "outcome": "fine",
    "language": "fr",
}
WRITTEN = [call for call in WRITES if call.able]
MOST_FIELDS = 400
IN_THE_ADDRESS = {"/posts/new": {"ask"}}
"""What a page takes in its address that has the name of a column by chance."""


def columns() -> dict[str, str]:
    """Every column of every table, with a value that it could hold."""
    found: dict[str, str] = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            kinds = (value for kind, value in VALUES if isinstance(column.type, kind))
            value = CHOICES.get(column.name) or next(kinds, "assigned")
            found[column.name] = found[f"{table.name}.{column.name}"] = value
            found[f"{table.name}[{column.name}]"] = found[f"{column.name}[]"] = value
    return found


def own_fields() -> dict[str, set[str]]:
    """What the application's forms do take, by the form's name."""
    return {form.__name__: set(form.model_fields) for form in _forms(Form)}


def _forms(form: type[Form]) -> Iterator[type[Form]]:
    for more in form.__subclasses__():
        yield more
        yield from _forms(more)


TAKEN = {
    "/account/blog/entries": "EntriesForm",
    "/account/blog/remove": "RemoveForm",
    "/account/blog/settings": "BlogSettingsForm",
    "/account/email": "EmailForm",
    "/account/feeds": "FeedForm",
    "/account/notices": "NoticesForm",
    "/account/kept/{kept}/note": "NoteForm",
    "/account/password": "PasswordForm",
    "/account/profile": "ProfileForm",
    "/account/unlink": "UnlinkForm",
    "/cohorts/{cohort}/coach/blogs": "BlogListForm",
    "/cohorts/{cohort}/coach/buddies/deal": "PairedForm",
    "/cohorts/{cohort}/coach/pods/deal": "DealtForm",
    "/enrolments/{enrolment}/mentor": "AskMentorForm",
    "/enrolments/{enrolment}/mentor/tiles": "TilesForm",
    "/programmes/{programme}/{thing}/stuck": "StuckForm",
    "/coach/templates": "TemplateForm",
    "/coach/templates/{template}": "TemplateForm",
    "/cohorts/{cohort}/coach/inbox/read": "MarkReadForm",
    "/cohorts/{cohort}/coach/inbox/{post}/another-look": "AnotherLookForm",
    "/cohorts/{cohort}/coach/inbox/{post}/answers": "CoachAnswerForm",
    "/cohorts/{cohort}/coach/inbox/{post}/approve": "ApproveForm",
    "/cohorts/{cohort}/coach/inbox/{post}/hand-over": "HandOverForm",
    "/cohorts/{cohort}/coach/inbox/{post}/reactions": "ReactionForm",
    "/cohorts/{cohort}/coach/learners/{handle}/talks": "TalkForm",
    "/cohorts/{cohort}/coach/checklist": "CheckForm",
    "/cohorts/{cohort}/coach/learners/{handle}/conversations": "TimesForm",
    "/cohorts/{cohort}/coach/learners/{handle}/notes": "CoachNoteForm",
    "/cohorts/{cohort}/coach/learners/{handle}/notes/{note}/edit": "CoachNoteForm",
    "/cohorts/{cohort}/coach/announcements": "AnnouncementForm",
    "/cohorts/{cohort}/coach/announcements/{announcement}/edit": "AnnouncementForm",
    "/conversations/{conversation}/actions": "ActionForm",
    "/conversations/{conversation}/actions/{action}": "DoneForm",
    "/conversations/{conversation}/agenda": "PointForm",
    "/conversations/{conversation}/agree": "ChoiceForm",
    "/conversations/{conversation}/others": "WishForm",
    "/conversations/{conversation}/summary": "SummaryForm",
    "/conversations/{conversation}/times": "TimesForm",
    "/enrolments/{enrolment}/conversation": "WishForm",
    "/cohorts/{cohort}/coach/promise": "PromiseForm",
    "/cohorts/{cohort}/coach/notes/{thing}": "ThingNoteForm",
    "/cohorts/{cohort}/coach/reports/{report}": "HandleForm",
    "/cohorts/{cohort}/coach/message": "MessageForm",
    "/cohorts/{cohort}/coach/sessions": "SessionForm",
    "/cohorts/{cohort}/coach/sessions/{session}/attendance/{handle}": "PresentForm",
    "/cohorts/{cohort}/coach/sessions/{session}/edit": "SessionForm",
    "/cohorts/{cohort}/coach/sessions/{session}/notes": "SessionNotesForm",
    "/cohorts/{cohort}/coach/sessions/{session}/room": "WordForm",
    "/cohorts/{cohort}/sessions/{session}/answer": "ComingForm",
    "/cohorts/{cohort}/sessions/{session}/here": "HereForm",
    "/cohorts/{cohort}/coach/time": "TimeForm",
    "/cohorts/{cohort}/coach/today/rules": "ThresholdsForm",
    "/cohorts/{cohort}/coach/today/{handle}/later": "PutOffForm",
    "/forgotten-password": "ForgottenForm",
    "/cohorts/{cohort}/coach/invite": "InviteForm",
    "/organize/cohorts/{cohort}/invite": "InviteForm",
    "/invited/{token}": "InvitedForm",
    "/join": "CodeForm",
    "/journals/{handle}/{post}/answers": "AnswerForm",
    "/journals/{handle}/{post}/answers/{answer}/accept": "AcceptForm",
    "/journals/{handle}/{post}/answers/{answer}/appeal": "AppealForm",
    "/journals/{handle}/{post}/answers/{answer}/edit": "AnswerTextForm",
    "/journals/{handle}/{post}/answers/{answer}/hide": "HideForm",
    "/journals/{handle}/{post}/answers/{answer}/reactions": "ThanksForm",
    "/journals/{handle}/{post}/answers/{answer}/report": "ReportForm",
    "/journals/{handle}/{post}/appeal": "AppealForm",
    "/journals/{handle}/{post}/edit": "PostForm",
    "/journals/{handle}/{post}/hide": "HideForm",
    "/journals/{handle}/{post}/reactions": "ReactionForm",
    "/journals/{handle}/{post}/report": "ReportForm",
    "/language": "LanguageForm",
    "/organize/appeals/{hiding}": "DecideForm",
    "/organize/background/trial-mail": "OnceForm",
    "/organize/cohorts": "CohortForm",
    "/organize/cohorts/{cohort}/coaches": "CoachForm",
    "/organize/cohorts/{cohort}/coaches/{handle}/remove": "ReplaceForm",
    "/organize/cohorts/{cohort}/promise": "PromiseForm",
    "/organize/cohorts/{cohort}/edit": "GroupForm",
    "/organize/cohorts/{cohort}/run": "RunForm",
    "/organize/cohorts/{cohort}/things": "ThingsForm",
    "/organize/cohorts/{cohort}/copy": "CopyForm",
    "/organize/reports/{report}": "HandleForm",
    "/posts/new": "PostForm",
    "/programmes/{programme}/{thing}/activities/{activity}": "TickForm",
    "/enrolments/{enrolment}/break": "BreakForm",
    "/cohorts/{cohort}/report/links": "LinkForm",
    "/cohorts/{cohort}/report/next": "NextForm",
    "/enrolments/{enrolment}/plan": "PlanForm",
    "/programmes/{programme}/record/posts": "RecordForm",
    "/enrolments/{enrolment}/looking-back": "LookBackForm",
    "/enrolments/{enrolment}/questions/{moment}": "QuestionsForm",
    "/programmes/{programme}/{thing}/use": "UseForm",
    "/programmes/{programme}/{thing}/use/line": "LineForm",
    "/programmes/{programme}/{thing}/reflect": "PostForm",
    "/reset/{token}": "ResetForm",
    "/sign-in": "SignInForm",
    "/sign-in/{provider}": "ProviderForm",
    "/sign-up": "SignUpForm",
    "/talks/{talk}": "ConfirmForm",
}


def after(world: World, call: Call, form: dict[str, str], query: dict[str, str], moment: datetime) -> Rows:
    with world.undone(), set_to(moment):
        browser = world.browser(call.able[0])
        path = call.path(world)
        answer = browser.post(path, data=form, params=query if "?" not in path else None)
        assert answer.status_code in (200, 303, 502), answer.text[:500]
        return comparable(rows_of(world.connection))


def test_the_fields_are_those_of_the_tables() -> None:
    """So that the test below can fail."""
    found = columns()
    for name in ("role", "is_demo", "organization_id", "author_id", "published_at", "password_hash", "seats"):
        assert name in found
    assert found["role"] == "administrator" and found["published_at"].startswith("2001")


def test_fields_that_a_form_has_not_change_nothing(world: World) -> None:
    moment, changed = now(), []
    for call in WRITTEN:
        form = dict(call.form)
        own = set(form) | own_fields().get(TAKEN.get(call.template, ""), set())
        own |= IN_THE_ADDRESS.get(call.template, set())
        expected = after(world, call, form, {}, moment)
        for extra in batches({name: value for name, value in columns().items() if name not in own}):
            if after(world, call, {**extra, **form}, extra, moment) != expected:
                changed.append(str(call))
    assert not changed


def batches(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """As many as a form may have."""
    names = sorted(fields)
    for start in range(0, len(names), MOST_FIELDS):
        yield {name: fields[name] for name in names[start : start + MOST_FIELDS]}


def test_every_form_that_takes_fields_is_known() -> None:
    for call in WRITTEN:
        assert not call.form or call.template in TAKEN, call
