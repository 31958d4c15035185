"""Reporting a text, hiding it, and appealing against that."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.journals.models import Visibility
from app.moderation.forms import SAY_IT, AppealForm, HideForm, ReportForm
from app.moderation.hidings import last_hiding, own_hiding
from app.moderation.services import appeal, hide, report
from app.moderation.texts import Text, coaches_for, hidable_text, own_report, readable_text, reportable_text
from app.moderation.words import reasons
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
POST, ANSWER = "/journals/{handle}/{post}", "/journals/{handle}/{post}/answers/{answer}"


def _url(handle: str, post: str, answer: str) -> str:
    url = f"/journals/{handle}/{post}"
    return f"{url}#answer-{answer}" if answer else url


@router.get(POST + "/report")
@router.get(ANSWER + "/report")
def report_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str = ""
) -> Response:
    text = reportable_text(db, viewer, handle, post, answer)
    return _report_page(request, db, viewer, locale, text, blank(ReportForm))


@router.post(POST + "/report")
@router.post(ANSWER + "/report")
def send_report(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str = "",
    form: Bound[ReportForm] = posted(ReportForm),
) -> Response:
    text = reportable_text(db, viewer, handle, post, answer)
    if form.parsed and form.data.is_unexplained:
        form.refuse("words", SAY_IT)
    if not form.valid:
        return _report_page(request, db, viewer, locale, text, form, status=422)
    data = form.data
    try:
        to_organizers = data.to == "organizers"
        report(db, viewer, text, reason=data.reason, words=data.words, for_organizers=to_organizers)
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return _report_page(request, db, viewer, locale, text, form, status=409)
    thanks = Flash(locale.gettext("Thank you. Somebody looks at it, and you are told when they did."))
    return redirect(request, _url(handle, post, answer), thanks)


def _report_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    text: Text,
    form: Bound[ReportForm],
    *,
    status: int = 200,
) -> Response:
    if text.post.visibility == Visibility.PRIVATE:
        raise NotFound
    context = {
        "text": text,
        "url": _url(text.post.author.handle, text.post.public_id, _answer_id(text)),
        "coaches": [coach.name for coach in coaches_for(db, text)],
        "earlier": own_report(db, viewer, text),
        "reasons": reasons(locale),
        "form": form,
    }
    return render(request, "learn/report.html", context, status=status)


def _answer_id(text: Text) -> str:
    return text.comment.public_id if text.comment else ""


@router.get(POST + "/hide")
@router.get(ANSWER + "/hide")
def hide_page(
    request: Request, db: Session, viewer: Viewer, handle: str, post: str, answer: str = ""
) -> Response:
    text, _ = hidable_text(db, viewer, handle, post, answer)
    context = {"text": text, "url": _url(handle, post, answer), "form": blank(HideForm)}
    return render(request, "learn/hide.html", context)


@router.post(POST + "/hide")
@router.post(ANSWER + "/hide")
def hide_text(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str = "",
    form: Bound[HideForm] = posted(HideForm),
) -> Response:
    """An organizer no longer reads what they hid, and goes back to the desk."""
    text, by_organizer = hidable_text(db, viewer, handle, post, answer)
    url = _url(handle, post, answer)
    if not form.valid:
        return render(request, "learn/hide.html", {"text": text, "url": url, "form": form}, status=422)
    hide(db, viewer, text, form.data.reason, by_organizer=by_organizer)
    done = Flash(locale.gettext("It is hidden, and the writer is told why."))
    return redirect(request, "/organize/reports" if by_organizer else url, done)


@router.get(POST + "/appeal")
@router.get(ANSWER + "/appeal")
def appeal_page(
    request: Request, db: Session, viewer: Viewer, handle: str, post: str, answer: str = ""
) -> Response:
    text = readable_text(db, viewer, handle, post, answer)
    return _appeal_page(request, db, viewer, text, blank(AppealForm))


@router.post(POST + "/appeal")
@router.post(ANSWER + "/appeal")
def send_appeal(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str = "",
    form: Bound[AppealForm] = posted(AppealForm),
) -> Response:
    text = readable_text(db, viewer, handle, post, answer)
    hiding = own_hiding(db, viewer, text)
    if not form.valid:
        return _appeal_page(request, db, viewer, text, form, status=422)
    appeal(db, viewer, hiding, form.data.words)
    sent = Flash(locale.gettext("The organizers have your appeal. You are told what they decide."))
    return redirect(request, _url(handle, post, answer), sent)


def _appeal_page(
    request: Request,
    db: Session,
    viewer: Viewer,
    text: Text,
    form: Bound[AppealForm],
    *,
    status: int = 200,
) -> Response:
    """Afterwards, with what was decided."""
    url = _url(text.post.author.handle, text.post.public_id, _answer_id(text))
    hiding = last_hiding(db, viewer, text)
    context = {"text": text, "url": url, "hiding": hiding, "form": form}
    return render(request, "learn/appeal.html", context, status=status)
