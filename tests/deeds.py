"""What people do in the tests: through the pages, or as rows where there are many of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, Enrolment
from app.db import new_public_id
from app.journals.models import Post
from app.people.models import Person
from app.people.services import the_organization
from app.progress import packs
from app.progress.models import ProgressState
from app.progress.queries import STORED
from app.things.catalogue import Programme
from app.things.library import Library
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.pages import see


def tick(site: Site, person: Person, activity: str, *, programme: str = PROGRAMME, done: str = "1") -> None:
    """`activity` is thing/id."""
    thing, _, name = activity.partition("/")
    url = f"/programmes/{programme}/{thing}/activities/{name}"
    see(site.client(person).post(url, data={"done": done}), 303)


def reflect(
    site: Site, person: Person, thing: str = "first", *, programme: str = PROGRAMME, **fields: str
) -> str:
    """Write one more post about a Thing; its address."""
    form = {"title": "A find", "body": "Three sentences.", "visibility": "cohort", "action": "publish"}
    url = f"/programmes/{programme}/{thing}/reflect"
    answer = site.client(person).post(url, data={**form, "once": str(uuid4()), **fields})
    see(answer, 303)
    with site.db() as db:
        newest = db.scalars(select(Post).where(Post.author_id == person.id).order_by(Post.id.desc())).first()
    assert newest is not None
    return f"/journals/{person.handle}/{newest.public_id}"


def finish(site: Site, person: Person, thing: str, *, programme: str = PROGRAMME) -> None:
    """Do all that counts in a Thing, and write about it where it asks for that."""
    found = site.app.state.library.catalogue.programmes[programme].thing(thing)
    for activity in sorted(found.counted):
        tick(site, person, f"{thing}/{activity}", programme=programme)
    if found.has_reflection:
        reflect(site, person, thing, programme=programme, visibility="private")


def answer(site: Site, person: Person, post: str, **fields: str) -> Response:
    """Answer the post at that address: a comment, unless `fields` say otherwise."""
    form = {"body": "Well seen.", "audience": "readers", "once": str(uuid4())}
    response: Response = site.client(person).post(f"{post}/answers", data={**form, **fields})
    return response


def crowd(
    db: Session, names: Sequence[str], cohort: Cohort | None = None, *, last_active: datetime | None = None
) -> list[Person]:
    """As many people as there are names, each in the cohort; the later the name, the more recently active."""
    organization = the_organization(db).id
    people = [
        Person(
            organization_id=organization,
            name=name,
            name_key=name,
            handle=f"crowd-{new_public_id()}",
            email=f"{new_public_id()}@example.org",
        )
        for name in names
    ]
    db.add_all(people)
    db.flush()
    if cohort is not None:
        begin = last_active or now() - timedelta(hours=1)
        db.add_all(
            Enrolment(
                person_id=person.id,
                programme_slug=cohort.programme_slug,
                cohort_id=cohort.id,
                last_active_at=begin + timedelta(seconds=number),
            )
            for number, person in enumerate(people)
        )
        db.flush()
    return people


def write_posts(
    db: Session,
    enrolments: Sequence[Enrolment],
    at: Sequence[datetime],
    *,
    visibility: str = "cohort",
) -> list[Post]:
    """A published post for each moment, by the enrolments in turn; titled by their number."""
    posts = [
        Post(
            author_id=enrolments[number % len(enrolments)].person_id,
            enrolment_id=enrolments[number % len(enrolments)].id,
            cohort_id=enrolments[number % len(enrolments)].cohort_id,
            programme_slug=PROGRAMME,
            thing_slug="first",
            visibility=visibility,
            title=f"Post {number}",
            body="Some words.",
            html="<p>Some words.</p>",
            excerpt="Some words.",
            published_at=moment,
            saved_at=moment,
        )
        for number, moment in enumerate(at)
    ]
    db.add_all(posts)
    db.flush()
    return posts


def enrolments_of(db: Session, cohort: Cohort) -> list[Enrolment]:
    return list(db.scalars(select(Enrolment).where(Enrolment.cohort_id == cohort.id).order_by(Enrolment.id)))


@contextmanager
def other_content(site: Site, content_dir: Path) -> Iterator[Library]:
    """The site reads another content folder meanwhile; `reload()` stands for the watching."""
    before = site.app.state.library
    library = site.app.state.library = Library(content_dir)
    try:
        yield library
    finally:
        site.app.state.library = before


def stored_of(db: Session, enrolment_id: int) -> Any:
    """The row of packs, as pages read it."""
    return db.execute(select(*STORED).where(ProgressState.enrolment_id == enrolment_id)).first()


def pack_of(db: Session, enrolment_id: int, programme: Programme) -> Mapping[str, str]:
    """{slug: state} of what was started, for the programme as it is now."""
    row = stored_of(db, enrolment_id)
    return packs.pack_of(row, programme) if row else {}
