"""A server to be measured, on a core of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from app.settings import ROOT

SECRET = "a secret for benchmarks, long enough to be taken"


@contextmanager
def server(target: str, port: int, env: dict[str, str]) -> Iterator[int]:
    """A uvicorn process on core 0; gives its process id."""
    command = ["taskset", "-c", "0", sys.executable, "-m", "uvicorn", target, "--port", str(port)]
    command += ["--log-level", "warning", "--no-access-log"]
    if target.endswith("create_app"):
        command.append("--factory")
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env})
    try:
        wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"http://127.0.0.1:{port}/healthz")
            return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start")
