"""`python -m bench.search`: how long searching takes among 100,000 posts, on both databases.

Each post is some sentences of the demo's and of the bundled Things, in three languages, and a few words made
for the purpose. What is timed is the answer of a server process to a whole page, its reader signed in.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import httpx2
from pydantic import SecretStr
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.clock import now
from app.cohorts.models import Cohort, CohortCoach, Enrolment
from app.db import Database
from app.journals.models import Post, SearchEntry, SearchWord, Visibility
from app.journals.search_index import circles_of, entry_of, longer_words
from app.markdown import excerpt, render_post
from app.migrate import upgrade
from app.people.models import Person
from app.people.services import open_session, the_organization
from app.settings import ROOT, Settings
from app.things.library import Library
from app.things.text import source_as_text
from bench.load import cpu_seconds, machine, say
from bench.seed import COHORT_SIZE, _insert, _person
from bench.server import SECRET, server
from tests.peers.postgresql import PostgreSQL, free_port

POSTS_EACH = 20
TIMES = 15
LIMIT_MS = 50
IN_EACH = "overal"
SELDOM = "zeldzaamfluit"
FOR_OTHERS = "kwispelfluit"
"""Stands in every third post, and only in such as are for one group's coaches or for nobody."""


@dataclass(frozen=True)
class Readers:
    """Session tokens; the learner's group and a name in it."""

    learner: str
    coach: str
    group: str
    name: str


def sentences() -> list[str]:
    """Of real texts, so that words are as frequent as in real texts."""
    files = [
        *(ROOT / "content" / "demo" / "posts").glob("*.md"),
        *(ROOT / "content" / "things").rglob("[0-9]*.md"),
    ]
    bodies = [
        source_as_text(file.read_text(encoding="utf-8").split("---\n", 2)[-1]) for file in sorted(files)
    ]
    return [one for body in bodies for one in re.split(r"(?<=[.?!]) ", body) if 20 < len(one) < 300]


def visibility_of(number: int) -> str:
    return ("cohort", "coaches", "cohort", "private", "members", "public")[number % 6]


def posts(
    programme: Any, people: list[int], enrolments: list[int], cohorts: list[int]
) -> Iterator[dict[str, Any]]:
    draw, all_of, at = random.Random(23), sentences(), now()
    texts = [" ".join(draw.choices(all_of, k=draw.randint(4, 14))) for _ in range(3000)]
    bodies = [(body, str(render_post(body, "nl"))) for body in texts]
    number = 0
    for place, (person, enrolment) in enumerate(zip(people, enrolments, strict=True)):
        for _ in range(POSTS_EACH):
            number += 1
            visibility = visibility_of(draw.randrange(6))
            body, html = draw.choice(bodies)
            extra = [IN_EACH]
            if visibility in (Visibility.COACHES, Visibility.PRIVATE) and number % 97:
                extra.append(FOR_OTHERS)
            if number % 9973 == 0:
                extra.append(SELDOM)
            html = f"{html}<p>{' '.join(extra)}</p>"
            yield {
                "author_id": person,
                "enrolment_id": enrolment,
                "cohort_id": cohorts[place // COHORT_SIZE],
                "programme_slug": programme.slug,
                "thing_slug": programme.things[number % len(programme.things)].slug,
                "visibility": visibility,
                "mentorship_id": None,
                "language": "nl",
                "title": " ".join(body.split()[:6]),
                "body": body,
                "html": html,
                "excerpt": excerpt(html, 280),
                "published_at": at - timedelta(minutes=draw.randrange(500_000)),
            }


def seed(database: Database, count: int) -> Readers:
    programme = Library(ROOT / "content").catalogue.programmes["digital-work"]
    with database.transaction() as db:
        organization = the_organization(db, "Bench")
        learners = count // POSTS_EACH
        people = _insert(db, Person, [_person(organization.id, f"Learner {n:05}") for n in range(learners)])
        coach = _insert(db, Person, [_person(organization.id, "Coach")])[0]
        groups = [
            {
                "organization_id": organization.id,
                "programme_slug": programme.slug,
                "name": f"Group {number}",
                "mode": "coach-led",
                "code": f"CODE{number}",
            }
            for number in range(-(-learners // COHORT_SIZE))
        ]
        cohorts = _insert(db, Cohort, groups)
        coached = [{"cohort_id": cohort, "person_id": coach} for cohort in cohorts[:5]]
        _insert(db, CohortCoach, coached, returning=False)
        rows = [
            {
                "person_id": person,
                "programme_slug": programme.slug,
                "cohort_id": cohorts[place // COHORT_SIZE],
            }
            for place, person in enumerate(people)
        ]
        enrolments = _insert(db, Enrolment, rows)
        _write(db, list(posts(programme, people, enrolments, cohorts)))
        group = db.scalars(select(Cohort.public_id).where(Cohort.id == cohorts[0])).one()
        return Readers(open_session(db, people[7]), open_session(db, coach), group, "Learner 00021")


def _write(db: Session, rows: list[dict[str, Any]]) -> None:
    """In the order of their moments, as posts come."""
    rows.sort(key=lambda row: row["published_at"])
    known: set[tuple[str, str]] = set()
    for begin in range(0, len(rows), 5000):
        some = rows[begin : begin + 5000]
        ids = _insert(db, Post, some)
        written = [SimpleNamespace(**row, id=id_) for row, id_ in zip(some, ids, strict=True)]
        entries = [entry_of(post, circles_of(post)) for post in written]
        db.execute(insert(SearchEntry), entries)
        for post, entry in zip(written, entries, strict=True):
            known |= {(circle, word) for circle in circles_of(post) for word in longer_words(entry)}
    db.execute(insert(SearchWord), [{"circle": circle, "word": word} for circle, word in sorted(known)])


def searches(readers: Readers) -> list[tuple[str, str, str]]:
    """(what, whose, address)"""
    thing = "about=digital-work/asking-ai"
    learner, coach, nobody = readers.learner, readers.coach, ""
    return [
        ("a word that is nowhere", learner, "q=xylofoonfluit"),
        ("a rare word", learner, f"q={SELDOM}"),
        ("a word in every post", learner, f"q={IN_EACH}"),
        ("a word in every post, page 2", learner, f"q={IN_EACH}&after=LATER"),
        ("a word in a third of the posts, nearly all for others", learner, f"q={FOR_OTHERS}"),
        ("a frequent word and its endings", learner, "q=bibliotheken"),
        ("a word of medium frequency", learner, "q=wachtwoord"),
        ("the beginning of many words", learner, "q=onde"),
        ("three frequent words", learner, "q=de+een+overal"),
        ("five words, one of them rare", learner, f"q=de+het+een+van+{SELDOM}"),
        ("a word in every post, about a Thing", learner, f"q={IN_EACH}&{thing}"),
        ("a word in every post, in a group", learner, f"q={IN_EACH}&group={readers.group}"),
        ("a word in every post, by somebody", learner, f"q={IN_EACH}&by={readers.name}"),
        ("a medium word, about a Thing, in a group", learner, f"q=wachtwoord&{thing}&group={readers.group}"),
        ("a word in every post, a coach of five groups", coach, f"q={IN_EACH}"),
        ("nearly all for others, a coach of five groups", coach, f"q={FOR_OTHERS}"),
        ("a medium word, a coach of five groups", coach, "q=wachtwoord"),
        ("a word in every post, signed out", nobody, f"q={IN_EACH}"),
        ("a medium word, signed out", nobody, "q=wachtwoord"),
        ("nearly all for others, signed out", nobody, f"q={FOR_OTHERS}"),
    ]


@dataclass(frozen=True)
class Measured:
    """Of one search: median and slowest in milliseconds, as its reader waits, and processor time of server
    and database; posts on the page."""

    what: str
    middle: float
    slowest: float
    cpu: float
    posts: int

    def __str__(self) -> str:
        return f"{self.middle:.1f} ({self.slowest:.1f}) | {self.cpu:.1f}"


def measure(url: str, readers: Readers, backend: PostgreSQL | None) -> list[Measured]:
    found, port = [], free_port()
    env = {"DINGEN_DATABASE_URL": url, "DINGEN_SECRET_KEY": SECRET, "DINGEN_MODE": "production"}
    with server("app.main:create_app", port, env) as pid, httpx2.Client(timeout=30) as client:
        for what, token, query in searches(readers):
            headers = {"Cookie": f"dingen={token}", "Accept-Language": "nl"}
            address = f"http://127.0.0.1:{port}/search?"
            if "LATER" in query:
                first = client.get(address + query.partition("&")[0], headers=headers).text
                query = re.findall(r'href="/search\?([^"]*after=[^"]*)"', first)[-1].replace("&amp;", "&")
            answer = client.get(address + query, headers=headers)
            answer.raise_for_status()
            taken, watched = [], [pid, *(backend.pids() if backend else [])]
            before = cpu_seconds(watched)
            for _ in range(TIMES):
                begin = time.perf_counter()
                client.get(address + query, headers=headers)
                taken.append((time.perf_counter() - begin) * 1000)
            cpu = (cpu_seconds(watched) - before) / TIMES * 1000
            posts = answer.text.count('class="post"')
            found.append(Measured(what, median(taken), max(taken), cpu, posts))
            say(f"  {what}: {found[-1]} ms, {posts} posts")
    return found


def run(url: str, count: int, backend: PostgreSQL | None = None) -> list[Measured]:
    database = Database(Settings(database_url=url, secret_key=SecretStr(SECRET)).sqlalchemy_url, pool_size=2)
    upgrade(database)
    readers = seed(database, count)
    if backend:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    database.close()
    return measure(url, readers, backend)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    results = {}
    for kind in arguments.databases:
        say(f"{kind}: writing {arguments.posts} posts …")
        if kind == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                results[kind] = run(f"sqlite:///{folder}/bench.db", arguments.posts)
            continue
        backend = PostgreSQL(durable=True)
        backend.start()
        try:
            results[kind] = run(backend.url, arguments.posts, backend)
        finally:
            backend.stop()
    if len(results) == 2:
        write(results, arguments.posts)


def write(results: dict[str, list[Measured]], count: int) -> None:
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    head = (
        "# Searching\n\n"
        f"Written by `python -m bench.search` on {machine()}, whose load was {load} at the end: {count:,} "
        f"posts by {count // POSTS_EACH:,} learners in groups of {COHORT_SIZE}; a whole page from a server "
        f"process, {TIMES} times, one after the other. In milliseconds: as its reader waits, median (and "
        f"slowest), and processor time of server and database. To be at most {LIMIT_MS}.\n\n"
        "| search | posts on the page | SQLite | processor | PostgreSQL | processor |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
    )
    pairs = zip(results["sqlite"], results["postgresql"], strict=True)
    rows = [f"| {one.what} | {one.posts} | {one} | {other} |" for one, other in pairs]
    (Path(__file__).parent / "SEARCH.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
