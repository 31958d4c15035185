"""Pictures in posts: one is added to what is being written, and shown to whoever may read that."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.db import Database, undo
from app.errors import NotFound, Refused
from app.journals.pictures import MEDIA_TYPE, Prepared, id_in, prepare
from app.journals.queries import readable_picture
from app.learn.editor import Desk, add_picture, turned_away, writer_of
from app.learn.forms import PictureForm
from app.learn.writing_routes import begun_post, begun_reflection, own_desk
from app.people.viewer import Viewer
from app.web.forms import Bound, posted
from app.web.i18n import Locale
from app.web.routing import page_router

router = page_router()


@router.get("/pictures/{name}")
def picture(request: Request, db: Session, viewer: Viewer | None, name: str) -> Response:
    """Asked for anew each time, so that who may read a post no longer sees its pictures no longer either."""
    public_id = id_in(name)
    if public_id is None:
        raise NotFound
    found = readable_picture(db, viewer, public_id)
    headers = {"ETag": f'"{found.digest[:32]}"', "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=MEDIA_TYPE, headers=headers)


@router.post("/programmes/{programme}/{thing}/reflect/pictures")
def add_to_reflection(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    programme: str,
    thing: str,
    form: Bound[PictureForm] = posted(PictureForm, file="picture"),
) -> Response:
    def desk(db: Session, writer: Viewer) -> Desk:
        return begun_reflection(request, db, writer, form, programme, thing)

    return _add(request, database, viewer, locale, form, desk)


@router.post("/posts/new/pictures")
def add_to_new_post(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    group: str = "",
    ask: str = "",
    form: Bound[PictureForm] = posted(PictureForm, file="picture"),
) -> Response:
    def desk(db: Session, writer: Viewer) -> Desk:
        return begun_post(db, writer, form, group, ask)

    return _add(request, database, viewer, locale, form, desk)


@router.post("/journals/{handle}/{post}/edit/pictures")
def add_to_post(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    handle: str,
    post: str,
    form: Bound[PictureForm] = posted(PictureForm, file="picture"),
) -> Response:
    def desk(db: Session, writer: Viewer) -> Desk:
        found, where = own_desk(request, db, writer, handle, post)
        if found.source_url:
            raise NotFound
        return where

    return _add(request, database, viewer, locale, form, desk)


def _add(
    request: Request,
    database: Database,
    viewer: Viewer | None,
    locale: Locale,
    form: Bound[PictureForm],
    desk: Callable[[Session, Viewer], Desk],
) -> Response:
    writer = writer_of(viewer, form)
    if writer is None:
        return turned_away(request, viewer, locale, form)
    prepared = _prepared(form)
    with database.transaction() as db:
        response = add_picture(request, db, writer, locale, desk(db, writer), form, prepared)
        if response.status_code >= 400:
            undo(db)
        return response


def _prepared(form: Bound[PictureForm]) -> Prepared | None:
    if not form.valid:
        return None
    try:
        return prepare(form.data.picture.file, form.data.picture.size)
    except Refused as refused:
        form.refuse(refused.field, refused.message)
        return None
