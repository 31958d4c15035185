"""The command line as an administrator uses it: real processes, real exit codes, one clear sentence."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import yaml

from app.db import Database
from app.jobs.models import Job
from app.migrate import upgrade
from app.people.mailed_links import ask_for_password_link
from app.people.models import Person
from app.people.services import create_person
from tests.conftest import CONTENT, new_database
from tests.peers.postgresql import free_port

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a secret for tests that is long enough"


def environment(tmp_path: Path, **extra: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DINGEN_")}
    return {
        **clean,
        "DINGEN_DATABASE_URL": f"sqlite:///{tmp_path / 'dingen.db'}",
        "DINGEN_SECRET_KEY": SECRET,
        "DINGEN_CONTENT_DIR": str(CONTENT),
        "DINGEN_MAIL_DIR": str(tmp_path / "mail"),
        **extra,
    }


def dingen(tmp_path: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=environment(tmp_path, **extra),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def running(tmp_path: Path, *arguments: str, **extra: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """`dingen` with a server in it, once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *arguments, "--port", str(port)],
        cwd=ROOT,
        env=environment(tmp_path, **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_ready(port, process)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(process.stdout.read() if process.poll() is not None and process.stdout else "silent")


def sentence(finished: subprocess.CompletedProcess[str]) -> str:
    """What an administrator reads: one line, no traceback, exit code 1."""
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
    return finished.stderr


def test_the_container_runs_only_commands_that_the_demo_uses_too() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    commands = re.findall(r"^CMD \[(.*)\]$", dockerfile, re.MULTILINE)
    first_words = {command.split(",")[0].strip().strip('"') for command in commands}
    first_words |= {service["command"][0] for service in compose["services"].values() if "command" in service}
    assert first_words == {"serve", "migrate", "work"}
    assert "RUN python3 scripts/install.py requirements.lock" in dockerfile
    assert "scripts/install.py requirements.lock" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrate_and_serve_as_the_container_does(tmp_path: Path, kind: str, worker_id: str) -> None:
    with new_database(kind, tmp_path, f"served_{worker_id}") as url:
        assert dingen(tmp_path, "migrate", DINGEN_DATABASE_URL=url).returncode == 0
        with running(tmp_path, "serve", DINGEN_DATABASE_URL=url) as (port, _):
            answer = httpx2.get(f"http://127.0.0.1:{port}/")
            assert answer.status_code == 200
            assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = sentence(dingen(tmp_path, "serve", "--port", str(port)))
    assert f"Port {port} is in use" in told


def test_serving_without_a_secret_is_refused(tmp_path: Path) -> None:
    assert "DINGEN_SECRET_KEY is missing" in sentence(dingen(tmp_path, "serve", DINGEN_SECRET_KEY=""))
    assert "too short" in sentence(dingen(tmp_path, "serve", DINGEN_SECRET_KEY="short"))


def test_a_mistyped_setting_is_told_in_one_sentence(tmp_path: Path) -> None:
    assert "DINGEN_MODE" in sentence(dingen(tmp_path, "serve", DINGEN_MODE="demonstration"))


def test_production_refuses_a_database_with_demo_people(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dingen.db'}", pool_size=1)
    upgrade(database)
    with database.transaction() as db:
        create_person(db, name="Invented", is_demo=True)
    assert "demo people" in sentence(dingen(tmp_path, "serve"))


def test_the_demo_refuses_a_database_with_real_people(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dingen.db'}", pool_size=1)
    upgrade(database)
    with database.transaction() as db:
        create_person(db, name="Real")
    assert "real people" in sentence(dingen(tmp_path, "demo", "--seed-only"))


def test_a_database_that_is_not_one_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "dingen.db").write_text("this is a letter, not a database" * 100)
    assert "cannot be opened" in sentence(dingen(tmp_path, "migrate"))


def test_the_check_prints_places_and_fails_on_errors(tmp_path: Path) -> None:
    assert dingen(tmp_path, "check", str(CONTENT)).returncode == 0
    folder = tmp_path / "things" / "broken"
    folder.mkdir(parents=True)
    (folder / "programme.md").write_text("---\ntitle: Broken\nsumary: Oops.\nlanguage: en\n---\nHello.\n")
    checked = dingen(tmp_path, "check", str(tmp_path))
    assert checked.returncode == 1
    assert re.search(r"programme\.md:3:1: \w+ .*summary", checked.stdout)


def test_new_things_pass_the_check(tmp_path: Path) -> None:
    content = {"DINGEN_CONTENT_DIR": str(tmp_path)}
    (tmp_path / "things").mkdir()
    assert dingen(tmp_path, "new", "programme", "my-own", "--title", "My own", **content).returncode == 0
    assert dingen(tmp_path, "new", "thing", "my-own", "Feed the birds", **content).returncode == 0
    rest = dingen(tmp_path, "new", "thing", "my-own", "Sit down", "--breather", **content)
    assert "breather: true" in Path(rest.stdout.strip()).read_text()
    checked = dingen(tmp_path, "check", str(tmp_path), **content)
    assert checked.returncode == 0, checked.stdout


def test_an_account_from_the_command_line_gets_a_link(tmp_path: Path) -> None:
    made = dingen(tmp_path, "user", "add", "ann@example.org", "--name", "Ann", "--role", "organizer")
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/reset/\S+\n", made.stdout)
    assert "has an account already" in sentence(
        dingen(tmp_path, "user", "add", "ANN@example.org", "--name", "A")
    )
    assert dingen(tmp_path, "user", "promote", "ann@example.org", "administrator").returncode == 0
    assert "Nobody has the address" in sentence(dingen(tmp_path, "user", "reset-link", "no@example.org"))
    database = Database(f"sqlite:///{tmp_path / 'dingen.db'}", pool_size=1)
    with database.transaction(write=False) as db:
        assert [(p.email, p.role) for p in db.query(Person)] == [("ann@example.org", "administrator")]


def test_work_waits_for_the_signal_and_stops_without_a_fuss(tmp_path: Path) -> None:
    assert dingen(tmp_path, "migrate").returncode == 0
    assert dingen(tmp_path, "user", "add", "ann@example.org", "--name", "Ann").returncode == 0
    database = Database(f"sqlite:///{tmp_path / 'dingen.db'}", pool_size=1)
    with database.transaction() as db:
        ask_for_password_link(db, "ann@example.org", "nl")
    command = [sys.executable, "-m", "app", "work"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "Working. Stop with Ctrl+C.\n"
    told = process.stdout.readline()
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert "DINGEN_SMTP_URL" in told and str(file) in told and "Kies een nieuw wachtwoord" in told
    assert "ann@example.org" in file.read_text() and file.stat().st_mode & 0o077 == 0
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    with database.transaction(write=False) as db:
        assert db.query(Job).count() == 0


def test_serving_does_the_work_itself_unless_it_is_told_not_to(tmp_path: Path) -> None:
    assert dingen(tmp_path, "migrate").returncode == 0
    with running(tmp_path, "serve", DINGEN_WORK_INSIDE="false") as (port, _):
        form = {"name": "Ann", "email": "ann@example.org", "password": "seven green umbrellas"}
        assert dingen(tmp_path, "user", "add", "bo@example.org", "--name", "Bo").returncode == 0
        assert httpx2.post(f"http://127.0.0.1:{port}/sign-up", data=form).status_code == 303
    assert not (tmp_path / "mail").exists()
    with running(tmp_path, "serve"):
        wait_for_mail(tmp_path / "mail")


def wait_for_mail(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if list(folder.glob("*.eml")):
            return
        time.sleep(0.05)
    raise AssertionError("no mail came")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mail.example.org", "must be an address such as smtp://"),
        ("http://mail.example.org", "must be an address such as smtp://"),
        ("smtp://mail.example.org:port", "port that is no number"),
        ("smtp://mail.example.org?tls=0", "no other option than ?starttls=no"),
        ("smtp://ann:secret@mail.example.org?starttls=no", "would send the password unprotected"),
    ],
)
def test_a_mail_server_that_cannot_be_is_told_in_one_sentence(tmp_path: Path, url: str, why: str) -> None:
    told = sentence(dingen(tmp_path, "serve", DINGEN_SMTP_URL=url))
    assert told.startswith("DINGEN_SMTP_URL ") and why in told and "secret" not in told
