"""Accepted editions: what a programme's files said when last nothing was wrong with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.db import Base


class SourceFile(Base):
    """A text by its SHA-256; editions share what did not change."""

    __tablename__ = "source_file"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Edition(Base):
    """One state of a programme. `files` maps paths to digests. The one accepted last is in use; going back
    to an earlier state accepts that one again."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("programme_slug", "digest"),
        Index("ix_edition_programme_slug_accepted_at", "programme_slug", "accepted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_slug: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[datetime] = mapped_column(default=now)
    files: Mapped[dict[str, str]] = mapped_column(JSON)
