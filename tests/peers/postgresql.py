"""A PostgreSQL of the tests' own: an ordinary user, an own data folder, an own port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class PostgreSQL:
    """Started by `start()`, gone with its data after `stop()`; without `durable` it trusts the machine to
    stay up, and is faster."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        found = shutil.which("initdb")
        self.binaries = BINARIES[0] if BINARIES else Path(found).parent if found else None
        self.folder = Path(tempfile.mkdtemp(prefix="dingen-postgresql-"))
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"postgresql://dingen@127.0.0.1:{self.port}/postgres"

    def another(self, name: str) -> str:
        """The address of one more, empty database of that name."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "dingen", name)
        return self.url.removesuffix("postgres") + name

    def start(self) -> None:
        if self.binaries is None:
            raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "dingen", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self) -> list[int]:
        """The server process and its children."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [postmaster, *map(int, children)]

    def _run(self, program: str, *arguments: str) -> None:
        assert self.binaries is not None
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
