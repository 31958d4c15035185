"""Install what the tests need beside Python: PostgreSQL, Chromium, Node and Java, and their packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PROGRAMS = {
    "postgresql": [Path("/usr/lib/postgresql")],
    "chromium": ["chromium"],
    "nodejs": ["node"],
    "npm": ["npm"],
    "openjdk-17-jre-headless": ["java"],
}
FOR_BENCH = {"wrk": ["wrk"]}
NODE_FOLDERS = [TESTS / "peers", TESTS / "peers" / "oidc"]


def main(bench: bool) -> None:
    wanted = {**PROGRAMS, **(FOR_BENCH if bench else {})}
    missing = [package for package, programs in wanted.items() if not all(map(exists, programs))]
    if missing:
        install(missing)
    for folder in NODE_FOLDERS:
        node_packages(folder)


def exists(program: str | Path) -> bool:
    return program.exists() if isinstance(program, Path) else shutil.which(program) is not None


def install(packages: list[str]) -> None:
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0:
        sys.exit(f"Missing for the tests. Please run:\n\n  sudo {command}\n")
    say(f"Installing {', '.join(packages)} …")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=True, **quiet)
    subprocess.run(command.split(), check=True, **quiet)


def node_packages(folder: Path) -> None:
    """`npm ci` where the lock file is newer than what is installed."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    say("Installing the Node packages of the tests …")
    subprocess.run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=folder, check=True)
    stamp.touch()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main("--bench" in sys.argv[1:])
