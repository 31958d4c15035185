"""What the coach's grid costs in a group of 50,000 learners over what it costs in one of 50: both show fifty
rows, and the rest must not matter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import mean

from pydantic import SecretStr
from sqlalchemy import text

from app.db import Database
from app.migrate import upgrade
from app.settings import Settings
from app.things.catalogue import Programme
from bench.load import ROUNDS, Scenario, load, say
from bench.seed import seed
from bench.server import SECRET, server
from tests.peers.postgresql import PostgreSQL, free_port

SMALL, LARGE = 50, 50_000
FLOOR, AIM = 1.5, 1.2
HEAD = (
    f"\n## The grid as a group grows\n\nFifty rows of a group of {LARGE:,} learners and of one of {SMALL}, "
    "by turns; CPU as above.\n\n"
    f"| database | order | {SMALL} learners µs | {LARGE:,} learners µs | growth | floor | met |\n"
    "| --- | --- | --- | --- | --- | --- | --- |\n"
)
ORDERS = {"silence": "", "progress": "?sort=progress"}


def measure(kind: str, programme: Programme, seconds: float, backend: PostgreSQL | None) -> Iterator[str]:
    """A line of the table for each order of the grid that has an index."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        groups = []
        for learners in (SMALL, LARGE):
            say(f"{kind}: seeding a group of {learners:,} …")
            url = _database(folder, learners, backend)
            cohort, coach = _seeded(url, programme, learners)
            port = free_port()
            env = {"DINGEN_DATABASE_URL": url, "DINGEN_SECRET_KEY": SECRET, "DINGEN_MODE": "production"}
            pid = stack.enter_context(server("app.main:create_app", port, env))
            groups.append((cohort, coach, port, pid))
        for order, query in ORDERS.items():
            cpu: list[list[float]] = [[], []]
            for turn in range(-1, ROUNDS):
                for place, (cohort, coach, port, pid) in enumerate(groups):
                    watched = [pid, *(backend.pids() if backend else [])]
                    page = Scenario("grid", f"/cohorts/{cohort}/coach{query}", coach)
                    measured = load(port, watched, page, 1 if turn < 0 else seconds)
                    if turn >= 0:
                        cpu[place].append(measured.cpu)
            small, large = mean(cpu[0]), mean(cpu[1])
            met = "yes" if large / small <= FLOOR else "NO"
            yield (
                f"| {kind} | {order} | {small:.0f} | {large:.0f} | {large / small:.2f} | "
                f"≤ {FLOOR} (aim {AIM}) | {met} |"
            )


def _database(folder: Path, learners: int, backend: PostgreSQL | None) -> str:
    if backend is None:
        return f"sqlite:///{folder}/group{learners}.db"
    return backend.another(f"group{learners}")


def _seeded(url: str, programme: Programme, learners: int) -> tuple[str, str]:
    """(the group's address, the coach's login)"""
    database = Database(Settings(database_url=url, secret_key=SecretStr(SECRET)).sqlalchemy_url, pool_size=2)
    upgrade(database)
    seeded = seed(database, programme, learners, cohort_size=learners, posts_each=1, ticks=False)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.in_process else "VACUUM ANALYZE"))
    database.close()
    return seeded.cohort, seeded.coach
