"""`make bench`: CPU per request of ours beside bare Starlette sending the same bytes."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import mean

import httpx2
from pydantic import SecretStr
from sqlalchemy import text

from app.db import Database
from app.migrate import upgrade
from app.settings import ROOT, Settings
from app.things.library import Library
from bench import grid, start
from bench.load import CONNECTIONS, ROUNDS, Scenario, load, machine, middle, say
from bench.seed import Seeded, seed
from bench.server import SECRET, server
from tests.peers.postgresql import PostgreSQL, free_port

FLOORS = {
    "sqlite": {"thing": 0.10, "home": 0.08, "stream": 0.05, "grid": 0.035, "tick": 0.06},
    "postgresql": {"thing": 0.04, "home": 0.03, "stream": 0.02, "grid": 0.02, "tick": 0.03},
}


def tick_script(seeded: Seeded) -> str:
    cookies = ", ".join(f'"dingen={token}"' for token in seeded.ticking)
    return f"""
local cookies = {{{cookies}}}
local n = 0
request = function()
  n = n + 1
  local headers = {{["Cookie"] = cookies[n % #cookies + 1], ["HX-Request"] = "true",
    ["Content-Type"] = "application/x-www-form-urlencoded"}}
  return wrk.format("POST", nil, headers, "done=" .. (math.floor(n / #cookies) % 2))
end
"""


def scenarios(programme: str, thing: str, activity: str, seeded: Seeded) -> list[Scenario]:
    page = f"/programmes/{programme}/{thing}"
    return [
        Scenario("thing", page, seeded.learner),
        Scenario("home", "/", seeded.learner),
        Scenario("stream", f"/cohorts/{seeded.cohort}", seeded.learner),
        Scenario("grid", f"/cohorts/{seeded.cohort}/coach", seeded.coach),
        Scenario("tick", f"{page}/activities/{activity}", seeded.ticking[0], tick_script(seeded)),
    ]


def fetch(port: int, scenario: Scenario) -> bytes:
    headers = {"Cookie": f"dingen={scenario.cookie}"}
    url = f"http://127.0.0.1:{port}{scenario.path}"
    if scenario.lua:
        answer = httpx2.post(url, data={"done": "1"}, headers={**headers, "HX-Request": "true"})
    else:
        answer = httpx2.get(url, headers=headers)
    answer.raise_for_status()
    return answer.content


def run(kind: str, url: str, arguments: argparse.Namespace, backend: PostgreSQL | None) -> list[str]:
    database = Database(Settings(database_url=url, secret_key=SecretStr(SECRET)).sqlalchemy_url, pool_size=2)
    upgrade(database)
    programme = Library(ROOT / "content").catalogue.programmes["digital-work"]
    thing = programme.things[min(4, len(programme.things) - 1)]
    say(f"{kind}: seeding {arguments.learners} learners …")
    seeded = seed(database, programme, arguments.learners)
    if kind == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    database.close()
    env = {"DINGEN_DATABASE_URL": url, "DINGEN_SECRET_KEY": SECRET, "DINGEN_MODE": "production"}
    lines = []
    port = free_port()
    activity = sorted(thing.counted)[0]
    with server("app.main:create_app", port, env) as pid, tempfile.TemporaryDirectory() as folder:
        for scenario in scenarios(programme.slug, thing.slug, activity, seeded):
            if arguments.only and scenario.name not in arguments.only:
                continue
            body = Path(folder) / "body"
            body.write_bytes(fetch(port, scenario))
            base_port = free_port()
            with server("bench.baseline:app", base_port, {"BENCH_BODY": str(body)}) as base_pid:
                load(port, [pid], scenario, 1)
                watched = [pid, *(backend.pids() if backend else [])]
                bases = [load(base_port, [base_pid], scenario, arguments.seconds)]
                rounds = []
                for _ in range(ROUNDS):
                    rounds.append(load(port, watched, scenario, arguments.seconds))
                    bases.append(load(base_port, [base_pid], scenario, arguments.seconds))
            base = mean(measured.cpu for measured in bases)
            ours = middle(rounds)
            floor = FLOORS[kind][scenario.name]
            verdict = "yes" if base / ours.cpu >= floor else "NO"
            lines.append(
                f"| {kind} | {scenario.name} | {len(body.read_bytes()) / 1000:.1f} kB | {base:.0f} | "
                f"{ours.cpu:.0f} | {base / ours.cpu:.3f} | {floor} | {verdict} | {ours.rate:.0f} | "
                f"{ours.p50} | {ours.p99} |"
            )
            say(lines[-1])
    return lines


def grown(kind: str, arguments: argparse.Namespace, backend: PostgreSQL | None) -> list[str]:
    """Where the grid is among what is measured."""
    if arguments.only and "grid" not in arguments.only:
        return []
    programme = Library(ROOT / "content").catalogue.programmes["digital-work"]
    lines = list(grid.measure(kind, programme, arguments.seconds, backend))
    say("\n".join(lines))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--learners", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    lines: list[str] = []
    growing: list[str] = []
    if "sqlite" in arguments.databases:
        with tempfile.TemporaryDirectory() as folder:
            lines += run("sqlite", f"sqlite:///{folder}/bench.db", arguments, None)
        growing += grown("sqlite", arguments, None)
    if "postgresql" in arguments.databases:
        backend = PostgreSQL(durable=True)
        backend.start()
        try:
            lines += run("postgresql", backend.url, arguments, backend)
            growing += grown("postgresql", arguments, backend)
        finally:
            backend.stop()
    if not arguments.only:
        started = list(start.measure())
        say("\n".join(started))
        write(lines, growing, started, arguments)


def write(lines: list[str], growing: list[str], started: list[str], arguments: argparse.Namespace) -> None:
    head = (
        "# Speed\n\n"
        f"Written by `make bench` on {machine()}.\n\n"
        f"{arguments.learners} learners in groups of 50, signed in, one server process on one core, the load "
        f"({CONNECTIONS} connections) on the other; {ROUNDS} rounds of {arguments.seconds:g} s, and bare "
        "Starlette sending the same bytes around and between them. CPU is user and system time of the "
        "server's processes, on PostgreSQL of the database's too, in microseconds a request. The ratio is "
        "Starlette's over ours.\n\n"
        "| database | page | size | Starlette µs | ours µs | ratio | floor | met | requests/s | p50 | p99 |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    (ROOT / "bench" / "RESULTS.md").write_text(
        head
        + "\n".join(lines)
        + "\n"
        + grid.HEAD
        + "\n".join(growing)
        + "\n"
        + start.HEAD
        + "\n".join(started)
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
