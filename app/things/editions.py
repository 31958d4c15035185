"""Keep and find accepted editions, so that the last good version survives a restart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.statements import upsert
from app.things.catalogue import Catalogue, Programme
from app.things.models import Edition, SourceFile

BATCH = 200
T = TypeVar("T")


def accepted_files(db: Session) -> dict[str, str]:
    """The texts of every programme's latest accepted edition, by path."""
    digests = {path: digest for files in _latest(db).values() for path, digest in files.items()}
    texts: dict[str, str] = {}
    for some in _batches(sorted(set(digests.values()))):
        rows = db.execute(select(SourceFile.digest, SourceFile.text).where(SourceFile.digest.in_(some)))
        texts.update((digest, text) for digest, text in rows)
    return {path: texts[digest] for path, digest in digests.items() if digest in texts}


def accept(db: Session, catalogue: Catalogue) -> None:
    """Keep what the catalogue was made of. Doing it again, here or in another process, changes nothing."""
    latest = _latest(db)
    for programme in catalogue.programmes.values():
        files = {path: digest_of(text) for path, text in programme.files.items()}
        if latest.get(programme.slug) != files:
            _keep(db, programme, files)


def is_accepted(db: Session, catalogue: Catalogue) -> bool:
    """Whether `accept` would write nothing."""
    latest = _latest(db)
    return all(
        latest.get(programme.slug) == {path: digest_of(text) for path, text in programme.files.items()}
        for programme in catalogue.programmes.values()
    )


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _latest(db: Session) -> dict[str, dict[str, str]]:
    last = (
        select(Edition.programme_slug, func.max(Edition.accepted_at).label("at"))
        .group_by(Edition.programme_slug)
        .subquery()
    )
    rows = db.execute(
        select(Edition.programme_slug, Edition.files)
        .join(last, (Edition.programme_slug == last.c.programme_slug) & (Edition.accepted_at == last.c.at))
        .order_by(Edition.id)
    )
    return {slug: files for slug, files in rows}  # noqa: C416  a Result has keys(), so dict() takes it for a mapping


def _keep(db: Session, programme: Programme, files: dict[str, str]) -> None:
    known: set[str] = set()
    for some in _batches(sorted(set(files.values()))):
        known.update(db.scalars(select(SourceFile.digest).where(SourceFile.digest.in_(some))))
    new = {digest: programme.files[path] for path, digest in files.items() if digest not in known}
    for some in _batches(sorted(new)):
        rows = [{"digest": digest, "text": new[digest]} for digest in some]
        db.execute(upsert(db, SourceFile).values(rows).on_conflict_do_nothing())
    edition = {
        "programme_slug": programme.slug,
        "digest": digest_of("\n".join(f"{digest} {path}" for path, digest in sorted(files.items()))),
        "accepted_at": now(),
        "files": files,
    }
    statement = upsert(db, Edition).values(edition)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["programme_slug", "digest"],
            set_={"accepted_at": statement.excluded.accepted_at},
        )
    )


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + BATCH] for at in range(0, len(values), BATCH))
