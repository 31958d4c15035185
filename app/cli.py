"""The `dingen` command."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.db import Database
from app.migrate import MigrationError, current_revision, is_current, refuse_newer, upgrade
from app.people.models import Role
from app.people.queries import count_demo_people, person_by_email
from app.people.services import EmailTaken, create_person, make_reset_link, set_role
from app.settings import ROOT, Settings, SettingsError

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Dingen: programmes of small Things.",
)
new = typer.Typer(no_args_is_help=True, help="Write a new programme or Thing that passes the check.")
user = typer.Typer(no_args_is_help=True, help="Accounts, for administrators.")
cli.add_typer(new, name="new")
cli.add_typer(user, name="user")

GRACE_SECONDS = 25.0
"""What is under way may end by itself, within the half minute that service managers wait."""

Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="The port to listen on.")]
Host = Annotated[str, typer.Option(help="The address to listen on.")]


def main() -> None:
    """Administrators' mistakes end in one sentence, not in a traceback."""
    try:
        cli()
    except (SettingsError, MigrationError) as error:
        stop(str(error))
    except ValidationError as error:
        first = error.errors()[0]
        name = "__".join(str(part) for part in first["loc"]).upper()
        stop(f"DINGEN_{name} {first['msg'][0].lower()}{first['msg'][1:]}.")


def stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    sys.exit(1)


@contextmanager
def session(settings: Settings) -> Iterator[Session]:
    database = Database(settings.sqlalchemy_url, pool_size=1)
    upgrade(database)
    with database.transaction() as db:
        yield db
    database.close()


@cli.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes; more than one on PostgreSQL.")] = 1,
) -> None:
    """Serve the site. Migrate first: `dingen migrate`."""
    settings = Settings()
    usable_database(settings).close()
    run_server(settings, host, port, workers)


def usable_database(settings: Settings, *, pool_size: int = 1) -> Database:
    """Raises SettingsError or MigrationError where a site must not run on it."""
    settings.secret()
    database = Database(settings.sqlalchemy_url, pool_size=pool_size)
    refuse_outdated(database)
    refuse_mixed_people(settings, database)
    return database


def refuse_outdated(database: Database) -> None:
    """An empty database is filled; one with an older schema waits for the administrator's backup."""
    if current_revision(database) is None:
        upgrade(database)
    elif not is_current(database):
        refuse_newer(database)
        raise MigrationError("The database has an older schema: make a backup, then run `dingen migrate`.")


def refuse_mixed_people(settings: Settings, database: Database) -> None:
    """Demo people have a published password: they never live beside real ones."""
    with database.transaction(write=False) as db:
        if not settings.demo and count_demo_people(db):
            raise SettingsError(
                "This database has demo people, whose password is public: set DINGEN_MODE=demo, "
                "or DINGEN_DATABASE_URL to another database."
            )


def run_server(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    import uvicorn

    if "DINGEN_BASE_URL" not in os.environ and settings.base_url == Settings.model_fields["base_url"].default:
        os.environ["DINGEN_BASE_URL"] = f"http://{host}:{port}"
    refuse_used_port(host, port)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
    )


def refuse_used_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            stop(f"Port {port} is in use: stop the other program, or choose a port with PORT=8001.")
        stop(f"Cannot listen on {host}:{port}: {error.strerror}.")


@cli.command()
def work(
    threads: Annotated[int, typer.Option(min=1, max=32, help="How much is done at a time.")] = 2,
) -> None:
    """Do the work in the background: mail, and what comes back by itself. `dingen serve` does it too, unless
    DINGEN_WORK_INSIDE=false."""
    settings = Settings()
    database = usable_database(settings, pool_size=threads + 1)
    from app.background import make_worker
    from app.things.library import Library

    library = Library(settings.content_dir)
    worker = make_worker(settings, database, threads=threads, library=library)
    stopping = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with library.watching(database):
        worker.start()
        typer.echo("Working. Stop with Ctrl+C.")
        stopping.wait()
    if not worker.stop(GRACE_SECONDS):
        typer.echo("Something is under way still; it begins again when its lease has ended.", err=True)


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    upgrade(Database(Settings().sqlalchemy_url, pool_size=1))
    typer.echo("The database is up to date.")


@cli.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    seed_only: Annotated[bool, typer.Option(help="Seed and stop.")] = False,
) -> None:
    """Serve the demo: the bundled programme with invented people."""
    os.environ["DINGEN_MODE"] = "demo"
    provide_secret()
    settings = Settings()
    from app.demo.seed import seed

    database = Database(settings.sqlalchemy_url, pool_size=1)
    typer.echo("Preparing the database …")
    upgrade(database)
    seed(database, settings, typer.echo)
    database.close()
    if seed_only:
        return
    from app.demo.seed import SIGN_INS

    typer.echo(f"\nDingen is at http://{host}:{port}\n\nSign in as:")
    for email, password, what in SIGN_INS:
        typer.echo(f"  {email:<28} {password:<12} {what}")
    typer.echo("\nStop with Ctrl+C.")
    run_server(settings, host, port)


@cli.command()
def start(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Open an empty, real site; its first page asks what it needs to know."""
    provide_secret()
    settings = Settings()
    if settings.demo:
        stop("`dingen start` opens a real site: unset DINGEN_MODE.")
    database = Database(settings.sqlalchemy_url, pool_size=1)
    upgrade(database)
    refuse_mixed_people(settings, database)
    from app.organize.setup import setup_token

    with database.transaction(write=False) as db:
        token = setup_token(db, settings.secret())
    database.close()
    if token:
        typer.echo(f"Open this page to set up your site:\n\n  http://{host}:{port}/start/{token}\n")
    else:
        typer.echo(f"Your site is at http://{host}:{port}")
    typer.echo("Stop with Ctrl+C.")
    run_server(settings, host, port)


def provide_secret() -> None:
    """A secret in var/secret, made once, where the settings name none."""
    if Settings().secret_key.get_secret_value():
        return
    path = ROOT / "var" / "secret"
    try:
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            with path.open("x", encoding="ascii") as file:
                path.chmod(0o600)
                file.write(secrets.token_urlsafe(48))
        os.environ["DINGEN_SECRET_KEY"] = path.read_text(encoding="ascii").strip()
    except OSError as error:
        stop(f"Cannot write {path}: {error.strerror}. Make the folder writable, or set DINGEN_SECRET_KEY.")


@cli.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="A content folder, a programme or one file.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write missing activity ids.")] = False,
) -> None:
    """Check Things: prints `path:line:col: CODE message`, and exits with 1 where there are errors."""
    from app.things import lint

    target = path or Settings().content_dir
    if fix:
        lint.fix(target)
    problems = lint.check(target)
    for problem in problems:
        typer.echo(str(problem))
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@new.command("programme")
def new_programme(slug: str, title: Annotated[str, typer.Option(prompt=True)]) -> None:
    """A folder with programme.md and a first Thing."""
    from app.things import new as writer

    typer.echo(str(writer.new_programme(Settings().content_dir, slug, title)))


@new.command("thing")
def new_thing(
    programme: str,
    title: Annotated[str, typer.Argument(help="The title of the Thing.")],
    number: Annotated[str | None, typer.Option(help="Its number; the next one, where not given.")] = None,
    breather: Annotated[bool, typer.Option(help="Where learners look back; optional.")] = False,
) -> None:
    """A Thing with all its sections."""
    from app.things import new as writer

    typer.echo(str(writer.new_thing(Settings().content_dir, programme, title, number, breather=breather)))


@user.command("add")
def user_add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[str, typer.Option(help="member, organizer or administrator")] = "member",
) -> None:
    """Make an account, and print a link with which its owner chooses a password."""

    settings = Settings()
    try:
        with session(settings) as db:
            person = create_person(db, name=name, email=email, role=known_role(role))
            token = make_reset_link(db, person, None)
    except EmailTaken:
        stop(f"{email} has an account already.")
    typer.echo(f"{settings.base_url}/reset/{token}")


def known_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        stop(f"There is no role '{role}': choose member, organizer or administrator.")


@user.command("promote")
def user_promote(email: str, role: Annotated[str, typer.Argument()] = "organizer") -> None:
    """Give a person a role."""

    with session(Settings()) as db:
        person = person_by_email(db, email)
        if person is None:
            stop(f"Nobody has the address {email}.")
        set_role(db, person, known_role(role), None)
    typer.echo(f"{email} is {role} now.")


@user.command("reset-link")
def user_reset_link(email: str) -> None:
    """Print a single-use link, good for two days, with which a person chooses a new password."""

    settings = Settings()
    with session(settings) as db:
        person = person_by_email(db, email)
        if person is None:
            stop(f"Nobody has the address {email}.")
        token = make_reset_link(db, person, None)
    typer.echo(f"{settings.base_url}/reset/{token}")
