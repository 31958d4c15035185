"""Proofs that `make test` runs small and `make prove` at full size, where they leave a line in bench/PROOF.md."""

from __future__ import annotations

import os
import platform
from pathlib import Path

FULL = "DINGEN_PROVE" in os.environ
RESULTS = Path(__file__).resolve().parent.parent / "bench" / "PROOF.md"
_lines: list[str] = []


def size(small: int, full: int) -> int:
    return full if FULL else small


def note(what: str, figures: str) -> None:
    _lines.append(f"| {what} | {figures} |")


def write() -> None:
    """What was proved, when it was at full size."""
    if FULL and _lines:
        head = (
            "# Proofs\n\n"
            f"Written by `make prove` on Python {platform.python_version()}, {os.cpu_count()} cores.\n\n"
            "| what | figures |\n| --- | --- |\n"
        )
        RESULTS.write_text(head + "\n".join(_lines) + "\n", encoding="utf-8")
