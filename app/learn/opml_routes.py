"""A group's journals as a list for a feed reader."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.blogs.opml import MEDIA_TYPE, Outline, written
from app.blogs.queries import blogs_in, public_journals
from app.cohorts.queries import own_cohort
from app.people.viewer import Viewer
from app.web.routing import page_router

router = page_router()


@router.get("/cohorts/{cohort}/journals.opml")
def journals(request: Request, db: Session, viewer: Viewer, cohort: str) -> Response:
    """Own blogs that are shown to who asks, and what people write here for the web: a feed reader gets no
    more to see than anybody."""
    group = own_cohort(db, viewer, cohort)
    base_url = request.app.state.settings.base_url
    outlines = [Outline(blog.name, blog.feed_url, blog.address) for blog in blogs_in(db, viewer, group.id)]
    for name, handle in public_journals(db, group.id):
        journal = f"{base_url}/journals/{handle}"
        outlines.append(Outline(name, f"{journal}/feed.atom", journal))
    headers = {"Content-Disposition": 'attachment; filename="journals.opml"', "Cache-Control": "no-store"}
    return Response(written(group.name, outlines), media_type=MEDIA_TYPE, headers=headers)
