"""Make the virtual environment and install what a lock file names, hashes checked."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def main(lock: str) -> None:
    if sys.version_info < (3, 11):
        found = sysconfig.get_python_version()
        sys.exit(f"Dingen needs Python 3.11 or newer; this is {found}. Install it, or set PYTHON=python3.11.")
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        sys.exit("Python's venv is missing: on Debian `apt-get install python3-venv`, then try again.")
    if not PYTHON.exists():
        say("Creating .venv …")
        venv.create(VENV, with_pip=True, symlinks=sys.platform != "win32")
    say(f"Installing what {lock} names (once; about a minute) …")
    pip("install", "--require-hashes", "-r", lock)
    pip("install", "--no-deps", "--no-build-isolation", "--no-index", "-e", ".")
    say("Installed.")


def pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("The installation stopped; the lines above say why. Is the package index reachable?")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
