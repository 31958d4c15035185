"""Looking at pages as a person does."""

from __future__ import annotations

from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser


def see(response: Response, status: int = 200) -> LexborHTMLParser:
    """The page; fails where the answer has another status."""
    assert response.status_code == status, response.text[:2000]
    return LexborHTMLParser(response.text)


def words(page: LexborHTMLParser, selector: str = "main") -> str:
    """What stands there, on one line."""
    node = page.css_first(selector)
    assert node is not None, f"nothing fits {selector}"
    return " ".join(node.text(separator=" ").split())


def value(page: LexborHTMLParser, name: str) -> str:
    """What is filled in at a field of that name; of several inputs the last."""
    fields = page.css(f'[name="{name}"]')
    assert fields, f"no field {name}"
    chosen = [field for field in fields if "checked" in field.attributes] or fields
    if chosen[-1].tag == "textarea":
        return (chosen[-1].text() or "").removeprefix("\n")
    return chosen[-1].attributes.get("value") or ""
