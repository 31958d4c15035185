"""`python -m bench.attention`: what it costs to say who needs a coach among 5,000 learners, on both
databases.

One cohort of them and one of 50 stand beside a hundred others, and in each every rule holds for somebody.
What is timed is the answer of a server process to *Who needs me*, and each of its statements with the way
that the database goes for it; and *How it goes* and the report, which count all learners.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from pydantic import SecretStr
from sqlalchemy import event, text

from app.coaching.needs import who_needs_somebody
from app.cohorts.queries import coached_cohort
from app.db import Database
from app.migrate import upgrade
from app.progress.viewers import absent_viewer
from app.settings import ROOT, Settings
from app.things.library import Library
from bench.attention_seed import OTHERS, SMALL, Seeded, seed
from bench.load import cpu_seconds, machine, say
from bench.server import SECRET, server
from tests.peers.postgresql import PostgreSQL, free_port

TIMES = 6
STATEMENTS = (
    *("first posts", "posts", "to talk", "not begun", "silent"),
    *("ticks only", "behind", "blogs", "finished", "put off"),
)
"""In the order in which they are asked."""


@dataclass(frozen=True)
class Asked:
    """A statement: what it is for, the way that the database goes, and the milliseconds of processor time of
    client and server that it takes for the cohort of 5,000 and for that of 50."""

    what: str
    way: str
    large_ms: float
    small_ms: float


def asked(database: Database, seeded: Seeded, pids: list[int]) -> tuple[int, int, list[Asked]]:
    """How many learners are found, of how many rules, and by which statements."""
    programme = Library(ROOT / "content").catalogue.programmes["digital-work"]
    with database.transaction(write=False) as db:
        viewer = absent_viewer(db, seeded.coach_id)
        assert viewer is not None
        runs = {}
        for name in (seeded.large, seeded.small):
            cohort = coached_cohort(db, viewer, name)
            seen: list[tuple[str, Any]] = []

            def note(_: Any, __: Any, sql: str, parameters: Any, *___: Any, into: Any = seen) -> None:
                into.append((sql, parameters))

            event.listen(database.engine, "before_cursor_execute", note)
            cases = who_needs_somebody(db, viewer, cohort, programme)
            event.remove(database.engine, "before_cursor_execute", note)
            runs[name] = seen, cases
        connection = db.connection()
        found = [
            Asked(
                what,
                _way(connection, sql, values),
                _ms(connection, sql, values, pids),
                _ms(connection, *other, pids),
            )
            for what, (sql, values), other in zip(
                STATEMENTS, runs[seeded.large][0], runs[seeded.small][0], strict=True
            )
        ]
        cases = runs[seeded.large][1]
        return len(cases), len({case.rule for case in cases}), found


def _ms(connection: Any, sql: str, values: Any, pids: list[int]) -> float:
    before = time.process_time() + cpu_seconds(pids)
    for _ in range(TIMES):
        connection.exec_driver_sql(sql, values).fetchall()
    return (time.process_time() + cpu_seconds(pids) - before) / TIMES * 1000


def _way(connection: Any, sql: str, values: Any) -> str:
    """Where the rows of the first table come from, and every table that is read from its beginning to its
    end."""
    if connection.dialect.name == "sqlite":
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
        first = next(step for step in steps if step.startswith(("SEARCH", "SCAN")))
        scans = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
    else:
        steps = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values)]
        first = (
            next(step for step in steps if " on " in step and "Scan" in step).strip(" ->").partition("  (")[0]
        )
        scans = [step.strip(" ->").partition("  (")[0] for step in steps if "Seq Scan" in step]
    return "; ".join(dict.fromkeys([first, *scans]))


@dataclass(frozen=True)
class Measured:
    """A page of a cohort: milliseconds as its reader waits, median and slowest, and processor time of server
    and database."""

    middle: float
    slowest: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.middle:.1f} ({self.slowest:.1f}), {self.cpu:.1f}"


PAGES = (("Who needs me", "/coach/today"), ("How it goes", "/coach/pace"), ("The report", "/report"))


def measure(url: str, seeded: Seeded, backend: PostgreSQL | None) -> Iterator[tuple[str, Measured, Measured]]:
    """(page, of the cohort of 5,000, of that of 50)"""
    port = free_port()
    env = {"DINGEN_DATABASE_URL": url, "DINGEN_SECRET_KEY": SECRET, "DINGEN_MODE": "production"}
    with server("app.main:create_app", port, env) as pid, httpx2.Client(timeout=60) as client:
        watched = [pid, *(backend.pids() if backend else [])]
        for what, path in PAGES:
            found = []
            for cohort in (seeded.large, seeded.small):
                address = f"http://127.0.0.1:{port}/cohorts/{cohort}{path}"
                headers = {"Cookie": f"dingen={seeded.coach}"}
                client.get(address, headers=headers).raise_for_status()
                taken, before = [], cpu_seconds(watched)
                for _ in range(TIMES):
                    begin = time.perf_counter()
                    client.get(address, headers=headers)
                    taken.append((time.perf_counter() - begin) * 1000)
                cpu = (cpu_seconds(watched) - before) / TIMES * 1000
                found.append(Measured(median(taken), max(taken), cpu))
            say(f"  {what}: {found[0]} and {found[1]}")
            yield what, found[0], found[1]


@dataclass(frozen=True)
class Result:
    cases: int
    rules: int
    statements: list[Asked]
    pages: list[tuple[str, Measured, Measured]]


def run(url: str, learners: int, backend: PostgreSQL | None = None) -> Result:
    database = Database(Settings(database_url=url, secret_key=SecretStr(SECRET)).sqlalchemy_url, pool_size=2)
    upgrade(database)
    seeded = seed(database, learners)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if backend else "ANALYZE"))
    cases, rules, statements = asked(database, seeded, backend.pids() if backend else [])
    for one in statements:
        say(f"  {one.what}: {one.large_ms:.1f} and {one.small_ms:.1f} ms, {one.way}")
    database.close()
    return Result(cases, rules, statements, list(measure(url, seeded, backend)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attention")
    parser.add_argument("--learners", type=int, default=5000)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    results = {}
    for kind in arguments.databases:
        say(f"{kind}: a cohort of {arguments.learners} …")
        if kind == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                results[kind] = run(f"sqlite:///{folder}/bench.db", arguments.learners)
            continue
        backend = PostgreSQL(durable=True)
        backend.start()
        try:
            results[kind] = run(backend.url, arguments.learners, backend)
        finally:
            backend.stop()
    if len(results) == 2:
        write(results, arguments.learners)


def write(results: dict[str, Result], learners: int) -> None:
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    head = (
        "# Who needs a coach\n\n"
        f"Written by `python -m bench.attention` on {machine()}, whose load was {load} at the end: a cohort "
        f"of {learners:,} learners and one of {SMALL} beside {OTHERS} others of {SMALL}, in each of which "
        f"every rule holds for somebody. {TIMES} times, one after the other.\n\n"
        "A page from a server process, in milliseconds: as its reader waits, median (and slowest), then "
        "processor time of server and database.\n\n"
        f"| database | page | {learners:,} learners | {SMALL} learners | processor time, ratio |\n"
        "| --- | --- | --- | --- | --- |\n"
    )
    lines = [
        f"| {kind} | {what} | {large} | {small} | {large.cpu / small.cpu:.1f} |"
        for kind, result in results.items()
        for what, large, small in result.pages
    ]
    for kind, result in results.items():
        lines += [
            f"\n## The statements of *Who needs me* on {kind}",
            f"They find {result.cases:,} learners for {result.rules} rules, at most 200 for each. In "
            "milliseconds of processor time.\n",
            f"| of | {learners:,} learners | {SMALL} learners | the way |",
            "| --- | --- | --- | --- |",
            *(
                f"| {one.what} | {one.large_ms:.1f} | {one.small_ms:.1f} | `{one.way}` |"
                for one in result.statements
            ),
        ]
    (Path(__file__).parent / "ATTENTION.md").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
