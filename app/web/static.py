"""The site's own files: read, hashed and compressed once at start, then immutable."""

from __future__ import annotations

import gzip
import mimetypes
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_OWN_URL = re.compile(r"""url\(["']?(?!data:)([^"')]+)["']?\)""")
"""A style sheet names files by where they lie; they are served by where their hash says."""

COMPRESSIBLE = (".css", ".js", ".svg", ".txt")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    compressed: bytes | None
    media_type: str


class StaticFiles:
    """Serves `folder` below `prefix`; `url("app.js")` is its address with the content's hash in it."""

    def __init__(self, folder: Path, prefix: str = "/static") -> None:
        self.folder = folder
        self.prefix = prefix
        self._urls: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        files = (path for path in folder.rglob("*") if path.is_file())
        for path in sorted(files, key=lambda path: (path.suffix == ".css", path)):
            self._add(path)

    def _add(self, path: Path) -> None:
        content = path.read_bytes()
        name = path.relative_to(self.folder).as_posix()
        if path.suffix == ".css":
            content = _OWN_URL.sub(lambda found: f'url("{self.url(found[1])}")', content.decode()).encode()
        hashed = f"{sha256(content).hexdigest()[:12]}/{name}"
        compressed = gzip.compress(content, 9, mtime=0) if path.suffix in COMPRESSIBLE else None
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if media_type.startswith("text/"):
            media_type += "; charset=utf-8"
        self._urls[name] = f"{self.prefix}/{hashed}"
        self._assets[f"/{hashed}"] = Asset(content, compressed, media_type)

    def url(self, name: str) -> str:
        """Raises KeyError for a file that is not there."""
        return self._urls[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix(self.prefix)
        asset = self._assets.get(path)
        if asset is None or scope["method"] not in ("GET", "HEAD"):
            await Response(status_code=404)(scope, receive, send)
            return
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        content = asset.content
        if asset.compressed and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            content = asset.compressed
            headers["Content-Encoding"] = "gzip"
        await Response(content, headers=headers, media_type=asset.media_type)(scope, receive, send)
