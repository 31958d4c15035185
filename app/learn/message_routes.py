"""What coaches wrote to a learner."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.coaching.nudges import messages_to
from app.people.viewer import Viewer
from app.web.render import render
from app.web.routing import page_router

router = page_router()


@router.get("/messages")
def messages_page(request: Request, db: Session, viewer: Viewer) -> Response:
    return render(request, "learn/messages.html", {"messages": messages_to(db, viewer.person_id)})
