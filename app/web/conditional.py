"""Documents that are fetched again and again: who has the newest gets no more than that word."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256

from fastapi import Request
from starlette.responses import Response

from app.web.render import COMPRESS_FROM_BYTES, COMPRESS_LEVEL


def document(
    request: Request, body: bytes, media_type: str, *, changed: datetime, headers: Mapping[str, str]
) -> Response:
    """`body`, or 304 where the reader has the same (RFC 9110, 13.1.2). Its digest alone decides: what is
    taken out of a document makes it no newer."""
    compressed = len(body) >= COMPRESS_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{sha256(body).hexdigest()[:32]}{"-gzip" if compressed else ""}"'
    told = {"ETag": tag, "Last-Modified": format_datetime(changed, usegmt=True), **headers}
    if tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=told)
    if compressed:
        told["Content-Encoding"] = "gzip"
        body = gzip.compress(body, COMPRESS_LEVEL, mtime=0)
    return Response(body, media_type=media_type, headers=told)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header[:1000].split(",")}
