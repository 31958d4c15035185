"""A coach and the blogs of a group: how it is with each, and many proposed at once."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.blogs.opml import Line, decoded, lines_of
from app.blogs.queries import blogs_for_coaches
from app.blogs.words import state_in_words
from app.coach.blog_forms import LONGEST_LIST, BlogListForm
from app.coach.blog_lists import Checked, Group, propose_all
from app.cohorts.queries import CohortLine, coached_cohort
from app.errors import Refused
from app.people.viewer import Viewer
from app.web.forms import Bound, blank, posted
from app.web.i18n import Locale, message
from app.web.paging import decode_cursor
from app.web.render import Flash, redirect, render
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/coach/blogs")
def blogs_page(
    request: Request, db: Session, viewer: Viewer, locale: Locale, cohort: str, after: str = ""
) -> Response:
    group = coached_cohort(db, viewer, cohort)
    return _blogs_page(request, db, locale, group, blank(BlogListForm), after=after)


def _blogs_page(
    request: Request,
    db: Session,
    locale: Locale,
    group: CohortLine,
    form: Bound[BlogListForm],
    *,
    after: str = "",
    status: int = 200,
) -> Response:
    page = blogs_for_coaches(db, group.id, after=decode_cursor(after, str, int))
    base = f"/cohorts/{group.public_id}/coach/blogs"
    context = {
        "cohort": group,
        "blogs": [(person, blog, state_in_words(blog, locale, own=False)) for person, blog in page.items],
        "form": form,
        "first_url": base if after else None,
        "next_url": f"{base}?{urlencode({'after': page.next})}" if page.next else None,
    }
    return render(request, "coach/blogs.html", context, status=status)


@router.post("/cohorts/{cohort}/coach/blogs")
def propose_blogs(
    request: Request,
    db: Session,
    viewer: Viewer,
    locale: Locale,
    cohort: str,
    form: Bound[BlogListForm] = posted(BlogListForm, file="file"),
) -> Response:
    """All of it or nothing: a list with a problem in it changes nothing."""
    group = coached_cohort(db, viewer, cohort)
    text = _text_of(form)
    lines = _lines(form, text)
    if lines is None:
        return _blogs_page(request, db, locale, group, form, status=422)
    learners = Group(db, group)
    chosen = dict(zip(form.data.number, form.data.learner, strict=False))
    checked = learners.check(lines, chosen or None)
    wrong = any(one.problem for one in checked)
    if form.data.action == "look" or wrong:
        status = 422 if wrong and form.data.action == "propose" else 200
        return _list_page(request, locale, group, learners, text, checked, status=status)
    count = propose_all(db, viewer, checked)
    words = locale.ngettext("%(num)s learner is asked.", "%(num)s learners are asked.", count)
    return redirect(request, f"/cohorts/{cohort}/coach/blogs", Flash(words % {"num": count}))


def _text_of(form: Bound[BlogListForm]) -> str:
    """The list, whichever way it came; what is wrong with it is added to the form."""
    if not form.valid:
        return ""
    if form.data.file is None:
        return form.data.blogs
    if form.data.file.size > LONGEST_LIST:
        form.refuse("file", message("This file is too long for a list of blogs."))
        return ""
    form.data.file.file.seek(0)
    try:
        return decoded(form.data.file.file.read())
    except Refused as refused:
        form.refuse("file", refused.message)
        return ""


def _lines(form: Bound[BlogListForm], text: str) -> Sequence[Line] | None:
    """None where it is no list at all."""
    if not form.valid:
        return None
    if not text.strip():
        form.refuse("blogs", message("Paste a list, or choose a file."))
        return None
    try:
        return lines_of(text)
    except Refused as refused:
        form.refuse("file" if form.data.file else "blogs", refused.message)
        return None


def _list_page(
    request: Request,
    locale: Locale,
    group: CohortLine,
    learners: Group,
    text: str,
    checked: list[Checked],
    *,
    status: int,
) -> Response:
    context = {
        "cohort": group,
        "text": text,
        "lines": [(one, one.problem.translated(locale.gettext) if one.problem else "") for one in checked],
        "names": sorted(learners.called.values()),
    }
    return render(request, "coach/blog_list.html", context, status=status)
