"""Wiring: settings, middleware, routes, error pages."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI, Request
from sqlalchemy.orm import Session
from starlette.middleware import Middleware

from app.background import make_worker
from app.blogs.fetch import Fetcher
from app.clock import now
from app.db import Database
from app.jobs.worker import Worker
from app.journals.pictures import LARGEST_UPLOAD
from app.journals.viewers import load_viewer
from app.people.attempts import Limiter
from app.people.passwords import Passwords
from app.people.queries import organization
from app.people.services import SEEN_EVERY, SEEN_EVERY_SHARED, touch_session
from app.people.viewer import Viewer, copies_key, initials, tone
from app.settings import Settings
from app.things.library import Library
from app.web import live, styleguide
from app.web.cookies import session_token
from app.web.errors import install_error_pages, page_for
from app.web.middleware import LimitBody, RefuseCrossSite, SecurityHeaders
from app.web.render import Pages
from app.web.routing import PageRouter
from app.web.static import StaticFiles
from app.web.workers import Workers

MAX_BODY_BYTES = 2_000_000
STATIC = Path(__file__).resolve().parent / "static"
CSRF_EXEMPT = frozenset({"/unsubscribe"})
"""Mail programs send its form (RFC 8058): what it does follows from the word in its address alone."""


@dataclass
class Site:
    """What every page says of the site itself."""

    name: str
    demo: bool
    time_zone: str


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> FastAPI:
    """The application. `database` is given by tests; otherwise the settings name it."""
    settings = settings or Settings()
    database = database or Database(settings.sqlalchemy_url, pool_size=2 * settings.threads)
    library = Library(settings.content_dir)
    static = StaticFiles(STATIC)
    site = Site("Dingen", settings.demo, settings.time_zone)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        with database.transaction(write=False) as db:
            found = organization(db)
            site.name = found.name if found else site.name
        worker = (
            make_worker(settings, database, library=library, fetcher=app.state.fetcher)
            if settings.work_inside
            else None
        )
        with library.watching(database), _at_work(worker):
            _settle_memory()
            yield

    app = FastAPI(
        lifespan=lifespan,
        openapi_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        redirect_slashes=False,
        middleware=[
            Middleware(SecurityHeaders, https=settings.https),
            Middleware(
                RefuseCrossSite,
                refuse=lambda request: page_for(request, 403),
                origin=settings.base_url,
                exempt=CSRF_EXEMPT,
            ),
            Middleware(
                LimitBody,
                refuse=lambda request: page_for(request, 413),
                largest=MAX_BODY_BYTES,
                uploads="/pictures",
                largest_upload=MAX_BODY_BYTES + LARGEST_UPLOAD,
            ),
        ],
    )
    app.state.settings = settings
    app.state.database = database
    app.state.workers = Workers(settings.threads, one_writer=database.in_process)
    app.state.library = library
    app.state.site = site
    app.state.fetcher = Fetcher(settings.base_url)
    app.state.load_viewer = _viewer_of
    app.state.seen_is_due, app.state.record_seen = _seen_is_due, _record_seen
    app.state.passwords = Passwords(at_once=settings.hashing_threads)
    app.state.limiter = Limiter(database)
    app.state.pages = Pages(
        secret=settings.secret(),
        zone=settings.time_zone,
        secure=settings.https,
        reload=settings.demo,
        site=site,
        globals_={
            "static": static.url,
            "initials": initials,
            "tone": tone,
            "copies_key": partial(copies_key, settings.secret()),
        },
    )
    install_error_pages(app)
    for router in _routers():
        app.router.routes.extend(router.routes)
    if settings.demo:
        app.include_router(live.router)
        app.router.routes.extend(styleguide.router.routes)
    app.mount("/static", static)
    return app


@contextmanager
def _at_work(worker: Worker | None) -> Iterator[None]:
    """Work in the background is done beside the pages, unless `dingen work` does it."""
    if worker is None:
        yield
        return
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _settle_memory() -> None:
    """What is loaded by now stays: the garbage collector need not walk the catalogue again and again, nor
    look after every request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


def _routers() -> list[PageRouter]:
    """Hot pages first: a route costs every one behind it."""
    from app.account import routes as account
    from app.coach import routes as coach
    from app.learn import routes as learn
    from app.organize import routes as organize
    from app.people import routes as people
    from app.web import operations

    return [learn.router, coach.router, people.router, account.router, organize.router, operations.router]


def _viewer_of(db: Session, request: Request) -> Viewer | None:
    token = session_token(request)
    return load_viewer(db, token) if token else None


def _seen_is_due(viewer: Viewer) -> bool:
    """At most once an hour (more often on a shared computer, whose session ends after 30 idle minutes)."""
    every: timedelta = SEEN_EVERY_SHARED if viewer.shared_computer else SEEN_EVERY
    return now() - viewer.last_seen_at >= every


def _record_seen(database: Database, viewer: Viewer, language: str) -> None:
    with database.transaction() as db:
        touch_session(db, viewer.session_id, language)
