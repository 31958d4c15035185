"""How long a server takes to its first answer, how much memory it holds, how soon a saved file is live."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from app.db import Database
from app.migrate import upgrade
from app.settings import ROOT
from bench.server import SECRET, server
from tests.peers.postgresql import free_port

SOURCE = ROOT / "content" / "things" / "digital-work"
SIZES = {
    "10 programmes × 23 Things × 3 languages": (10, 23),
    "one programme of 60 Things × 3 languages": (1, 60),
}
LANGUAGES = ("", ".nl", ".fr")
HEAD = (
    "\n## Start\n\n"
    "| content | first answer | memory after a Thing of each programme | a saved file is live |\n"
    "| --- | --- | --- | --- |\n"
)
FLOOR = "| floor | 2 s | 180 MB | 1 s (aim 0.3 s) |"


def measure() -> Iterator[str]:
    """A line of the table for each size of content."""
    for name, (programmes, things) in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            content = Path(folder)
            _write(content, programmes, things)
            yield f"| {name} | {_figures(content)} |"
    yield FLOOR


def _write(content: Path, programmes: int, things: int) -> None:
    """The bundled Things, repeated; every one in three languages by taking the Dutch text for a third one."""
    originals = sorted(SOURCE.glob("[0-9][0-9]-*.nl.md"))
    for number in range(programmes):
        target = content / "things" / f"programme-{number}"
        target.mkdir(parents=True)
        text = (SOURCE / "programme.md").read_text(encoding="utf-8")
        sections = (
            "sections: {fr: {discover: Ontdek, try: Probeer, check: Test jezelf, reflect: Reflecteer}}\n"
        )
        (target / "programme.md").write_text(text.replace("---\n", "---\n" + sections, 1), encoding="utf-8")
        for at in range(things):
            dutch = originals[at % len(originals)]
            slug = dutch.name.removesuffix(".nl.md")[3:] + (f"-{at}" if at >= len(originals) else "")
            english = (SOURCE / dutch.name.replace(".nl", "")).read_text(encoding="utf-8")
            english = re.sub(r"^requires:.*\n", "", english, flags=re.MULTILINE)
            for language in LANGUAGES:
                body = dutch.read_text(encoding="utf-8") if language else english
                (target / f"{at + 1:02}-{slug}{language}.md").write_text(body, encoding="utf-8")


def _figures(content: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        upgrade(Database(url, pool_size=1))
        env = {
            "DINGEN_DATABASE_URL": url,
            "DINGEN_SECRET_KEY": SECRET,
            "DINGEN_CONTENT_DIR": str(content),
            "DINGEN_MODE": "production",
        }
        begun = time.monotonic()
        port = free_port()
        with server("app.main:create_app", port, env) as pid:
            first = time.monotonic() - begun
            base = f"http://127.0.0.1:{port}"
            for programme in sorted((content / "things").iterdir()):
                slug = next(programme.glob("01-*.nl.md")).name.removesuffix(".nl.md")[3:]
                httpx2.get(f"{base}/programmes/{programme.name}/{slug}").raise_for_status()
            status = Path(f"/proc/{pid}/status").read_text()
            found = re.search(r"VmRSS:\s+(\d+) kB", status)
            assert found
            return f"{first:.2f} s | {int(found[1]) / 1000:.0f} MB | {_live_after(base, content):.2f} s"


def _live_after(base: str, content: Path) -> float:
    """The longest of a few changes of a title, from the save to the first page that shows it."""
    file = content / "things" / "programme-0" / "programme.md"
    text = file.read_text(encoding="utf-8")
    longest = 0.0
    for number in range(5):
        title = f"Changed {number}"
        changed = re.sub(r"^title:.*$", f"title: {title}", text, count=1, flags=re.MULTILINE)
        file.write_text(changed, encoding="utf-8")
        saved = time.monotonic()
        while title not in httpx2.get(f"{base}/programmes/programme-0").text:
            if time.monotonic() - saved > 20:
                raise RuntimeError("the saved file did not become live")
            time.sleep(0.01)
        longest = max(longest, time.monotonic() - saved)
    return longest
