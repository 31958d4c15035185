"""Worker processes that are killed and replaced."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType

from tests.test_cli import ROOT


class Crew:
    """Each is `python -m module …`, which prints a line when it has begun."""

    def __init__(self, module: str, *arguments: str, size: int) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._size = size
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Crew:
        self._processes = [self._hire() for _ in range(self._size)]
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def kill(self, number: int) -> None:
        """With SIGKILL: nothing of it is tidied up."""
        self._processes[number].kill()
        self._processes[number].wait()
        self._processes[number] = self._hire()

    def _hire(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline()
        return process
