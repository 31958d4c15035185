"""Drawing a run's weeks: where lines and bars are, in hundredths of the drawing's width and height. It is
stretched to the place that it gets; what is read stands beside it, as text of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.insight.pace import WeekLine

FILLED = 0.7
"""How much of its week a bar takes."""


class Bar(NamedTuple):
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class WeekChart:
    """`top` is the number at the upper edge. Paths are SVG's; `dots` has a spot at each week."""

    top: int
    planned: str
    complete: str
    dots: str
    bars: Sequence[Bar] = ()


def things_chart(weeks: Sequence[WeekLine], needed: int) -> WeekChart:
    """What was planned and what is complete, in Things, up to those that the run takes."""
    top = max(1, needed, *(round(week.complete or 0) for week in weeks))
    complete = _points([week.complete for week in weeks], top)
    dots = "".join(f"M{x} {y}h0" for x, y in complete)
    return WeekChart(top, _path(_points([week.planned for week in weeks], top)), _path(complete), dots)


def active_chart(weeks: Sequence[WeekLine]) -> WeekChart:
    """How many learners did something in each week."""
    top = max(1, *(week.active or 0 for week in weeks))
    step = 100 / len(weeks)
    bars = []
    for number, week in enumerate(weeks):
        height = 100 * (week.active or 0) / top
        x = (number + (1 - FILLED) / 2) * step
        bars.append(Bar(*(f"{value:.4g}" for value in (x, 100 - height, FILLED * step, height))))
    return WeekChart(top, "", "", "", bars)


def _points(values: Sequence[float | None], top: int) -> list[tuple[str, str]]:
    """In the middle of each week that has a value."""
    step = 100 / len(values)
    return [
        (f"{(number + 0.5) * step:.4g}", f"{100 - 100 * value / top:.4g}")
        for number, value in enumerate(values)
        if value is not None
    ]


def _path(points: Sequence[tuple[str, str]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
