"""The answers that a coach gives often: a page of their own, which nobody else sees."""

from __future__ import annotations

from uuid import uuid4

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coach.inbox_forms import TemplateForm
from app.coaching.answer_templates import (
    change_template,
    delete_template,
    keep_template,
    own_template,
    templates_of,
    texts_of,
)
from app.errors import NotFound, Refused
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()
TEMPLATES, TEMPLATE = "/coach/templates", "/coach/templates/{template}"
NO_TEXT = message("Write the text in at least one language.")


def _coach(viewer: Viewer) -> Viewer:
    """Raises NotFound for who coaches no group."""
    if not viewer.coached:
        raise NotFound
    return viewer


@router.get(TEMPLATES)
def templates_page(request: Request, db: Session, viewer: Viewer, locale: Locale) -> Response:
    rows = [
        (template, locale.enumeration([locale.language_name(one) for one in texts_of(template)]))
        for template in templates_of(db, _coach(viewer))
    ]
    return render(request, "coach/templates.html", {"rows": rows})


@router.get("/coach/templates/new")
def new_template_page(request: Request, viewer: Viewer) -> Response:
    _coach(viewer)
    return _form_page(request, blank(TemplateForm))


@router.post(TEMPLATES)
def create_template(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    form: Bound[TemplateForm] = posted(TemplateForm),
) -> Response:
    _coach(viewer)
    if _is_complete(form):
        try:
            once = form.data.once or str(uuid4())
            keep_template(db, viewer, title=form.data.title, texts=form.data.texts, once=once)
        except Refused as refused:
            form.refuse(refused.field, refused.message)
    if not form.valid:
        return _form_page(request, form, status=422)
    return redirect(request, TEMPLATES, Flash(locale.gettext("It is kept.")))


@router.get(TEMPLATE)
def template_page(request: Request, db: Session, viewer: Viewer, template: str) -> Response:
    found = own_template(db, _coach(viewer), template)
    texts = {f"text_{language}": text for language, text in texts_of(found).items()}
    return _form_page(request, blank(TemplateForm, title=found.title, **texts), template)


@router.post(TEMPLATE)
def save_template(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    template: str,
    form: Bound[TemplateForm] = posted(TemplateForm),
) -> Response:
    found = own_template(db, _coach(viewer), template)
    if not _is_complete(form):
        return _form_page(request, form, template, status=422)
    change_template(db, found, title=form.data.title, texts=form.data.texts)
    return redirect(request, TEMPLATES, Flash(locale.gettext("It is saved.")))


@router.post(f"{TEMPLATE}/delete")
def delete_template_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, template: str
) -> Response:
    delete_template(db, own_template(db, _coach(viewer), template))
    return redirect(request, TEMPLATES, Flash(locale.gettext("It is deleted.")))


def _is_complete(form: Bound[TemplateForm]) -> bool:
    if form.parsed and not form.data.texts:
        form.refuse("text_en", NO_TEXT)
    return form.valid


def _form_page(
    request: Request, form: Bound[TemplateForm], template: str = "", *, status: int = 200
) -> Response:
    return render(request, "coach/template.html", {"form": form, "template": template}, status=status)
