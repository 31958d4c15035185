"""Bare Starlette sending the same bytes: what every ratio is measured against."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()


async def same_bytes(_: Request) -> Response:
    return Response(BODY, media_type="text/html")


app = Starlette(routes=[Route("/{path:path}", same_bytes, methods=["GET", "POST"])])
