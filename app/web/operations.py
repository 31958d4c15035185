"""Pages for machines: is the process alive, can it serve."""

from __future__ import annotations

from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.web.routing import page_router

router = page_router()


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(db: Session) -> PlainTextResponse:
    """Answers once the database answers."""
    db.execute(text("SELECT 1"))
    return PlainTextResponse("ready\n")
