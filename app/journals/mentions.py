"""People who are named in a text by their handle: they are linked to, and told where they may read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.journals.models import Comment, Post
from app.journals.queries import readers_among
from app.markdown_rules import MENTION
from app.notices.models import Kind
from app.notices.services import tell
from app.people.models import Person

MOST_LINKED = 50
MOST_TOLD = 10
_LINK = re.compile(r'<a href="/journals/([a-z0-9-]+)"[^>]*>@\1</a>', re.IGNORECASE)


@dataclass(frozen=True)
class People:
    """The people of an author's organization whom a text names, by handle."""

    ids: Mapping[str, int]

    def link(self, handle: str) -> str | None:
        return f"/journals/{handle}" if handle in self.ids else None


NOBODY = People({})


def people_named(db: Session, author_id: int, text: str) -> People:
    """Asks the database only where the text names somebody."""
    handles = list(islice(dict.fromkeys(found[1].lower() for found in MENTION.finditer(text)), MOST_LINKED))
    if not handles:
        return NOBODY
    author = aliased(Person)
    organization = select(author.organization_id).where(author.id == author_id).scalar_subquery()
    found = db.execute(
        select(Person.handle, Person.id).where(
            Person.handle.in_(handles), Person.organization_id == organization
        )
    )
    return People({row.handle: row.id for row in found})


def linked_in(html: str) -> list[str]:
    """The handles that rendered HTML links to, in their order."""
    return list(dict.fromkeys(handle.lower() for handle in _LINK.findall(html)))


def tell_mentioned(
    db: Session,
    people: People,
    post: Post,
    comment: Comment | None = None,
    *,
    before: Collection[str] = (),
    told: Collection[int] = (),
) -> None:
    """Tell those whom the text links to now and did not link to `before`, if they may read it. Who was `told`
    of it for another reason is not told twice."""
    text = comment or post
    new = [people.ids[h] for h in linked_in(text.html) if h in people.ids and h not in before]
    new = [person_id for person_id in new if person_id not in told and person_id != text.author_id]
    if not new:
        return
    readers = readers_among(db, new[:MOST_TOLD], post.id, comment.id if comment else None)
    for person_id in new[:MOST_TOLD]:
        if person_id in readers:
            tell(
                db,
                person_id,
                Kind.MENTION,
                once=f"mention comment {comment.id}" if comment else f"mention {post.id}",
                actor_id=text.author_id,
                post_id=post.id,
                comment_id=comment.id if comment else None,
            )
