"""Reporting a text, hiding it, and appealing against that: a post, or an answer to one."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.errors import Refused
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


@router.get("/journals/{handle}/{post}/report")
def report_post_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str
) -> Response:
    text = reportable_text(db, viewer, handle, post)
    return _report_page(request, db, viewer, locale, text, blank(ReportForm))


@router.get("/journals/{handle}/{post}/answers/{answer}/report")
def report_answer_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, handle: str, post: str, answer: str
) -> Response:
    text = reportable_text(db, viewer, handle, post, answer)
    return _report_page(request, db, viewer, locale, text, blank(ReportForm))


@router.post("/journals/{handle}/{post}/report")
def report_post(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[ReportForm] = posted(ReportForm),
) -> Response:
    return _report(request, db, viewer, locale, reportable_text(db, viewer, handle, post), form)


@router.post("/journals/{handle}/{post}/answers/{answer}/report")
def report_answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str,
    form: Bound[ReportForm] = posted(ReportForm),
) -> Response:
    return _report(request, db, viewer, locale, reportable_text(db, viewer, handle, post, answer), form)


def _report(
    request: Request, db: Session, viewer: Viewer, locale: Locale, text: Text, form: Bound[ReportForm]
) -> Response:
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
    return redirect(request, text.url, thanks)


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
    context = {
        "text": text,
        "coaches": [coach.name for coach in coaches_for(db, text)],
        "earlier": own_report(db, viewer, text),
        "reasons": reasons(locale),
        "form": form,
    }
    return render(request, "learn/report.html", context, status=status)


@router.get("/journals/{handle}/{post}/hide")
def hide_post_page(request: Request, db: Session, viewer: Viewer, handle: str, post: str) -> Response:
    text, _ = hidable_text(db, viewer, handle, post)
    return render(request, "learn/hide.html", {"text": text, "form": blank(HideForm)})


@router.get("/journals/{handle}/{post}/answers/{answer}/hide")
def hide_answer_page(
    request: Request, db: Session, viewer: Viewer, handle: str, post: str, answer: str
) -> Response:
    text, _ = hidable_text(db, viewer, handle, post, answer)
    return render(request, "learn/hide.html", {"text": text, "form": blank(HideForm)})


@router.post("/journals/{handle}/{post}/hide")
def hide_post(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[HideForm] = posted(HideForm),
) -> Response:
    return _hide(request, db, viewer, locale, hidable_text(db, viewer, handle, post), form)


@router.post("/journals/{handle}/{post}/answers/{answer}/hide")
def hide_answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str,
    form: Bound[HideForm] = posted(HideForm),
) -> Response:
    return _hide(request, db, viewer, locale, hidable_text(db, viewer, handle, post, answer), form)


def _hide(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    found: tuple[Text, bool],
    form: Bound[HideForm],
) -> Response:
    """An organizer no longer reads what they hid, and goes back to the desk."""
    text, by_organizer = found
    if not form.valid:
        return render(request, "learn/hide.html", {"text": text, "form": form}, status=422)
    hide(db, viewer, text, form.data.reason, by_organizer=by_organizer)
    done = Flash(locale.gettext("It is hidden, and the writer is told why."))
    return redirect(request, "/organize/reports" if by_organizer else text.url, done)


@router.get("/journals/{handle}/{post}/appeal")
def appeal_for_post_page(request: Request, db: Session, viewer: Viewer, handle: str, post: str) -> Response:
    return _appeal_page(request, db, viewer, readable_text(db, viewer, handle, post), blank(AppealForm))


@router.get("/journals/{handle}/{post}/answers/{answer}/appeal")
def appeal_for_answer_page(
    request: Request, db: Session, viewer: Viewer, handle: str, post: str, answer: str
) -> Response:
    text = readable_text(db, viewer, handle, post, answer)
    return _appeal_page(request, db, viewer, text, blank(AppealForm))


@router.post("/journals/{handle}/{post}/appeal")
def appeal_for_post(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[AppealForm] = posted(AppealForm),
) -> Response:
    return _appeal(request, db, viewer, locale, readable_text(db, viewer, handle, post), form)


@router.post("/journals/{handle}/{post}/answers/{answer}/appeal")
def appeal_for_answer(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    handle: str,
    post: str,
    answer: str,
    form: Bound[AppealForm] = posted(AppealForm),
) -> Response:
    return _appeal(request, db, viewer, locale, readable_text(db, viewer, handle, post, answer), form)


def _appeal(
    request: Request, db: Session, viewer: Viewer, locale: Locale, text: Text, form: Bound[AppealForm]
) -> Response:
    hiding = own_hiding(db, viewer, text)
    if not form.valid:
        return _appeal_page(request, db, viewer, text, form, status=422)
    appeal(db, viewer, hiding, form.data.words)
    sent = Flash(locale.gettext("The organizers have your appeal. You are told what they decide."))
    return redirect(request, text.url, sent)


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
    context = {"text": text, "hiding": last_hiding(db, viewer, text), "form": form}
    return render(request, "learn/appeal.html", context, status=status)
