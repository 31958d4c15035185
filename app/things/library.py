"""The catalogue in use, kept in step with the files."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import watchfiles
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.things.catalogue import Catalogue
from app.things.disk import FOLDER
from app.things.editions import accept, accepted_files, is_accepted
from app.things.links import PICTURES
from app.things.load import NOTHING, Loader
from app.things.pictures import is_unsafe

QUIET_MS = 40
"""A save often is several changes: this long without another one, and it is over."""
LONGEST_MS = 200
LOOK_ANYWAY_MS = 2_000
"""Not every file system tells of every change, and not of one in a folder that is only just there."""

log = logging.getLogger(__name__)


class Library:
    """`catalogue` is replaced as a whole: whoever has one reads on in it, and nobody waits."""

    def __init__(
        self,
        content_dir: Path,
        *,
        accepted: Mapping[str, str] = NOTHING,
        on_accept: Callable[[Catalogue], None] | None = None,
    ) -> None:
        self.content_dir = content_dir
        self.generation = 0
        self._loader = Loader(content_dir)
        self._accepted = dict(accepted)
        self._on_accept = on_accept
        self._recall: Callable[[], dict[str, str]] | None = None
        self._unsaved = False
        self._loading = threading.Lock()
        self._changed = threading.Condition()
        self._seen: object = None
        self.catalogue = Catalogue()
        self.reload()

    def reload(self) -> Catalogue:
        """Read the files as they are now."""
        with self._loading:
            self._seen = self._fingerprint()
            catalogue = self._load()
            files = {path: text for p in catalogue.programmes.values() for path, text in p.files.items()}
            folders = {path.rpartition("/")[0] for path in files}
            kept = {
                path: text for path, text in self._accepted.items() if path.rpartition("/")[0] not in folders
            }
            self._unsaved = self._unsaved or kept | files != self._accepted
            self._accepted = kept | files
            if (catalogue.problems, files) != (self.catalogue.problems, self._files_in_use):
                self._swap(catalogue, files)
            self._save()
            return self.catalogue

    def _load(self) -> Catalogue:
        """For a file with an error, another process may have seen a later good version than this one."""
        catalogue = self._loader.load(self._accepted)
        is_broken = any(problem.severity == "error" for problem in catalogue.problems)
        if not is_broken or self._unsaved or self._recall is None:
            return catalogue
        try:
            accepted = self._recall()
        except SQLAlchemyError:
            log.warning("the accepted editions could not be read; going on with what is known", exc_info=True)
            return catalogue
        if accepted == self._accepted:
            return catalogue
        self._accepted = accepted
        return self._loader.load(accepted)

    _files_in_use: Mapping[str, str] = NOTHING

    def _swap(self, catalogue: Catalogue, files: Mapping[str, str]) -> None:
        with self._changed:
            self.catalogue = catalogue
            self._files_in_use = files
            self.generation += 1
            self._changed.notify_all()

    def _save(self) -> None:
        """Tell of what was accepted. A database that is busy or gone is told at the next look."""
        if not self._unsaved or self._on_accept is None:
            return
        try:
            self._on_accept(self.catalogue)
            self._unsaved = False
        except SQLAlchemyError:
            log.warning("the accepted edition could not be kept; trying again", exc_info=True)

    def wait_for_change(self, generation: int, timeout: float) -> int:
        """Return when there is another generation than this, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.generation != generation, timeout)
            return self.generation

    def image(self, programme: str, path: str) -> Path | None:
        """The file of a picture in the programme's folder `images/`, and nothing else from anywhere."""
        if self.catalogue.programme(programme) is None or "\0" in path:
            return None
        folder = self.content_dir / FOLDER / programme / "images"
        try:
            file = (folder / path).resolve(strict=True)
            inside = file.is_relative_to(folder.resolve(strict=True))
        except (OSError, RuntimeError, ValueError):
            return None
        if not inside or not file.is_file() or file.suffix.lower() not in PICTURES:
            return None
        return None if file.suffix.lower() == ".svg" and is_unsafe(file) else file

    @contextmanager
    def watching(self, database: Database) -> Iterator[None]:
        """Go on from the editions in the database, keep new ones there, and follow the files meanwhile."""
        self._accepted = _recalled(database)
        with database.transaction(write=False) as db:
            self._unsaved = not is_accepted(db, self.catalogue)
        self._on_accept = lambda catalogue: _keep(database, catalogue)
        self._recall = lambda: _recalled(database)
        self.reload()
        stop = threading.Event()
        thread = threading.Thread(target=self.watch, args=(stop,), name="library", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=5)

    def watch(self, stop: threading.Event) -> None:
        """Reload whenever a file changes, until `stop` is set; for a thread of its own."""
        while not stop.is_set():
            try:
                self._follow(stop)
            except Exception:
                log.exception("watching the content failed; starting over")
            stop.wait(LOOK_ANYWAY_MS / 4_000)

    def _follow(self, stop: threading.Event) -> None:
        """Watch the folder that is there now; return when it is gone, or when another is in its place."""
        watched = _identity(self.content_dir)
        if watched is None:
            self._reload_if_changed()
            return
        changes = watchfiles.watch(
            self.content_dir,
            watch_filter=None,
            debounce=LONGEST_MS,
            step=QUIET_MS,
            stop_event=stop,
            rust_timeout=LOOK_ANYWAY_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        self._reload_if_changed()
        for told in changes:
            if any(FOLDER in Path(path).parts for _, path in told):
                self.reload()
            else:
                self._reload_if_changed()
            if _identity(self.content_dir) != watched:
                return

    def _reload_if_changed(self) -> None:
        if self._unsaved or self._fingerprint() != self._seen:
            self.reload()

    def _fingerprint(self) -> object:
        """Changes when any file below `things/` does."""
        return list(_stats(self.content_dir / FOLDER, depth=4))


def catalogue_of(request: Request) -> Catalogue:
    """What the site has now. A page asks once: the next answer may be another catalogue."""
    library: Library = request.app.state.library
    return library.catalogue


def _keep(database: Database, catalogue: Catalogue) -> None:
    with database.transaction() as db:
        accept(db, catalogue)


def _recalled(database: Database) -> dict[str, str]:
    with database.transaction(write=False) as db:
        return accepted_files(db)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _stats(folder: Path | str, depth: int) -> Iterator[object]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield None
        return
    for entry in entries:
        try:
            stat = entry.stat()
        except OSError:
            yield entry.path
            continue
        yield entry.path, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_mode
        if depth > 1 and entry.is_dir():
            yield from _stats(entry.path, depth - 1)
