"""Every component in every state, for whoever works on the look; on a demo or development site only."""

from __future__ import annotations

from fastapi import Request, Response

from app.clock import now
from app.web.render import render
from app.web.routing import page_router

router = page_router()


@router.get("/styleguide")
def styleguide_page(request: Request) -> Response:
    return render(request, "styleguide.html", {"now": now()})
