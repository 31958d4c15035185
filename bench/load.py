"""Putting load on a server, and what it costs in processor time."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 16
ROUNDS = 3


@dataclass(frozen=True)
class Scenario:
    name: str
    path: str
    cookie: str
    lua: str = ""


@dataclass(frozen=True)
class Measured:
    """CPU in microseconds a request, requests a second, p50 and p99 as wrk prints them."""

    cpu: float
    rate: float
    p50: str
    p99: str


def cpu_seconds(pids: list[int]) -> float:
    """With that of their children that have ended: one that ends meanwhile counts for its parent."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(int(fields[index]) for index in (11, 12, 13, 14))
    return total / TICKS


def load(port: int, pids: list[int], scenario: Scenario, seconds: float) -> Measured:
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--latency"]
    command += ["-H", f"Cookie: dingen={scenario.cookie}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if scenario.lua:
            script.write(scenario.lua)
            script.flush()
            command += ["-s", script.name]
        before = cpu_seconds(pids)
        output = subprocess.run(
            [*command, f"http://127.0.0.1:{port}{scenario.path}"], capture_output=True, text=True, check=True
        ).stdout
        used = cpu_seconds(pids) - before
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if bad or "Socket errors" in output:
        raise RuntimeError(f"{scenario.name}: {output}")
    found = re.search(r"(\d+) requests in", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p50, p99 = (re.search(rf"{p}%\s+(\S+)", output) for p in (50, 99))
    assert found and rate and p50 and p99
    return Measured(used / int(found[1]) * 1e6, float(rate[1]), p50[1], p99[1])


def middle(rounds: list[Measured]) -> Measured:
    """The round with the median CPU, with the mean CPU of all: neighbours come and go by the second."""
    by_cpu = sorted(rounds, key=lambda measured: measured.cpu)
    return replace(by_cpu[len(rounds) // 2], cpu=mean(measured.cpu for measured in rounds))


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    processor = model[1] if model else platform.processor()
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"


def say(line: str) -> None:
    print(line, flush=True)
