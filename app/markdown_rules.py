"""Our additions to markdown-it: alerts, tasks, headings, links, pictures, tables and code, as token rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

from app.slugs import unique_slug

if TYPE_CHECKING:
    from app.markdown import Frame

ALERTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "EXAMPLE")
ALERT_TITLES = {
    "en": ("Note", "Tip", "Important", "Warning", "Example"),
    "nl": ("Opmerking", "Tip", "Belangrijk", "Let op", "Voorbeeld"),
    "fr": ("Remarque", "Astuce", "Important", "Attention", "Exemple"),
}
LONGEST_HIGHLIGHT = 10_000
LEXERS = frozenset(
    """bash c cpp csharp css csv diff go html ini java javascript js json markdown md php python py r ruby
    rust sh shell sql toml typescript ts xml yaml yml""".split()  # noqa: SIM905
)

_ALERT = re.compile(r"\[!([A-Za-z]+)\][ \t]*([^\n]*)(?:\n|$)")
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_BARE_URL = re.compile(r"(?<![\w/@.:])(?:https?://|www\.)[^\s<>\"«»“”]+")
LONGEST_BARE_URL = 2_000
MENTION = re.compile(
    r"(?<![\w@./+-])@([a-z0-9]{1,60}(?:-[a-z0-9]{1,60}){0,20})(?![\w@]|[./-]\w)", re.IGNORECASE
)
"""A person by their handle; no part of an address."""
_FRENCH = re.compile(r" (?=[!?;:»])|(?<=«) ")
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def code_classes() -> set[str]:
    return set(STANDARD_TYPES.values()) - {""}


def install(parser: MarkdownIt, language: str) -> None:
    titles = dict(zip(ALERTS, ALERT_TITLES.get(language.partition("-")[0], ALERT_TITLES["en"]), strict=True))
    parser.core.ruler.after("block", "alerts", lambda state: _alerts(state, titles))
    parser.core.ruler.after("block", "tasks", _tasks)
    parser.core.ruler.after("inline", "bare_urls", _bare_urls)
    parser.core.ruler.after("bare_urls", "mentions", _mentions)
    parser.core.ruler.push("headings", _headings)
    parser.core.ruler.push("targets", _targets)
    if language.partition("-")[0] == "fr":
        parser.core.ruler.push("french", _french)
    renderer = cast(RendererHTML, parser.renderer)
    for name, rule in _RENDER.items():
        renderer.rules[name] = rule


def frame_of(env: Any) -> Frame:
    return cast("Frame", env["frame"])


def _alerts(state: StateCore, titles: dict[str, str]) -> None:
    """`> [!NOTE] Title` makes the quotation an admonition."""
    out: list[Token] = []
    tokens = state.tokens
    closing: list[bool] = []
    for at, token in enumerate(tokens):
        if token.type == "blockquote_open":
            found = _alert_at(tokens, at)
            closing.append(found is not None)
            if found:
                kind, title = found
                token.tag = "aside"
                token.attrs = {"class": f"admonition {kind.lower()}", "role": "note"}
                out += [token, *_paragraph(title or titles[kind], "admonition-title", token)]
                continue
        elif token.type == "blockquote_close" and closing.pop():
            token.tag = "aside"
        out.append(token)
    state.tokens = list(_without_empty_paragraphs(out))


def _alert_at(tokens: Sequence[Token], at: int) -> tuple[str, str] | None:
    """The kind and title of an alert; takes its first line out of the text."""
    if at + 2 >= len(tokens) or tokens[at + 1].type != "paragraph_open":
        return None
    inline = tokens[at + 2]
    found = _ALERT.match(inline.content)
    kind = found[1].upper() if found else ""
    kind = "WARNING" if kind == "CAUTION" else kind
    if not found or kind not in ALERTS:
        return None
    inline.content = inline.content[found.end() :]
    return kind, found[2].strip()


def _paragraph(text: str, css: str, like: Token) -> list[Token]:
    level = like.level + 1
    opening = Token("paragraph_open", "p", 1, {"class": css}, level=level, block=True, map=like.map)
    inline = Token("inline", "", 0, content=text, children=[], level=level + 1, block=True, map=like.map)
    return [opening, inline, Token("paragraph_close", "p", -1, level=level, block=True)]


def _without_empty_paragraphs(tokens: list[Token]) -> Iterator[Token]:
    skip = 0
    for token, following in pairwise([*tokens, Token("end", "", 0)]):
        if skip:
            skip -= 1
        elif token.type == "paragraph_open" and following.type == "inline" and not following.content:
            skip = 2
        else:
            yield token


def _tasks(state: StateCore) -> None:
    """`- [ ] text` shows an empty or a ticked box; it is text, since nobody can tick it here."""
    for item, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type == "list_item_open" and paragraph.type == "paragraph_open":
            found = _TASK.match(inline.content)
            if found:
                done = found[1] != " "
                item.attrs = {**item.attrs, "class": "task done" if done else "task"}
                inline.content = ("☑ " if done else "☐ ") + inline.content[found.end() :]


def _bare_urls(state: StateCore) -> None:
    """A bare address is a link. (The autolink plugin rescans the text at every colon: minutes for 100 KB.)"""
    for token in state.tokens:
        if token.type == "inline" and token.children and _BARE_URL.search(token.content):
            token.children = list(_linked(token.children, state.md))


def _linked(children: Sequence[Token], parser: MarkdownIt) -> Iterator[Token]:
    links = 0
    for token in _joined(children):
        links += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or links:
            yield token
            continue
        done = 0
        for found in _BARE_URL.finditer(token.content):
            shown = _without_punctuation(found[0])
            target = parser.normalizeLink(shown if shown.startswith("http") else f"https://{shown}")
            if len(shown) > LONGEST_BARE_URL or "." not in shown or not parser.validateLink(target):
                continue
            yield Token("text", "", 0, content=token.content[done : found.start()])
            yield Token("link_open", "a", 1, {"href": target}, info="auto")
            yield Token("text", "", 0, content=parser.normalizeLinkText(shown))
            yield Token("link_close", "a", -1, info="auto")
            done = found.start() + len(shown)
        token.content = token.content[done:]
        yield token


def _joined(children: Sequence[Token]) -> Iterator[Token]:
    """Neighbouring texts in one: an underscore in an address is a text of its own."""
    for kind, group in groupby(children, key=lambda token: token.type):
        if kind != "text":
            yield from group
            continue
        first, *others = group
        first.content += "".join(token.content for token in others)
        yield first


def _mentions(state: StateCore) -> None:
    """`@handle` leads to that person, where the frame knows them."""
    frame = frame_of(state.env)
    if frame.mention is None:
        return
    for token in state.tokens:
        if token.type == "inline" and token.children and "@" in token.content:
            token.children = list(_with_mentions(token.children, frame.mention))


def _with_mentions(children: Sequence[Token], mention: Callable[[str], str | None]) -> Iterator[Token]:
    links = 0
    for token in _joined(children):
        links += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type != "text" or links:
            yield token
            continue
        done = 0
        for found in MENTION.finditer(token.content):
            target = mention(found[1].lower())
            if target is None:
                continue
            yield Token("text", "", 0, content=token.content[done : found.start()])
            yield Token("link_open", "a", 1, {"href": target})
            yield Token("text", "", 0, content=found[0])
            yield Token("link_close", "a", -1)
            done = found.end()
        token.content = token.content[done:]
        yield token


def _without_punctuation(url: str) -> str:
    """The end of a sentence is not part of its last address; a closing bracket is, if one opens in it."""
    url = url[: LONGEST_BARE_URL + 1]
    while url and (url[-1] in "?!.,:;*_~'’…]}" or (url[-1] == ")" and url.count(")") > url.count("("))):
        url = url[:-1]
    return url


def _headings(state: StateCore) -> None:
    """Levels follow one another without a gap, from the frame's level down."""
    frame = frame_of(state.env)
    outer: list[int] = []
    seen: set[str] = set()
    tag = ""
    for at, token in enumerate(state.tokens):
        if token.type == "heading_close":
            token.tag = tag
        if token.type != "heading_open":
            continue
        tag = token.tag
        if token.map and token.map[0] in frame.sections:
            outer.clear()
            continue
        source = int(token.tag[1])
        while outer and outer[-1] >= source:
            outer.pop()
        outer.append(source)
        token.tag = tag = f"h{min(frame.level + len(outer) - 1, 6)}"
        if frame.heading_ids:
            text = "".join(child.content for child in state.tokens[at + 1].children or ())
            token.attrSet("id", frame.prefix + unique_slug(text, seen))


def _targets(state: StateCore) -> None:
    frame = frame_of(state.env)
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_inline_targets(token.children, frame))


def _inline_targets(children: Sequence[Token], frame: Frame) -> Iterator[Token]:
    """Point links and pictures to where they are; a picture from elsewhere becomes a link to it."""
    links = 0
    for token in children:
        if token.type == "link_open":
            links += 1
            token.attrSet("href", _link_target(str(token.attrGet("href") or ""), frame))
        elif token.type == "link_close":
            links -= 1
        elif token.type == "image":
            yield from _image(token, frame, inside_link=links > 0)
            continue
        yield token


def _link_target(href: str, frame: Frame) -> str:
    if href.startswith("#"):
        return "#" + frame.prefix + href[1:].removeprefix(frame.prefix)
    if frame.link and _is_relative(href):
        return frame.link(href) or href
    return href


def _is_relative(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _image(token: Token, frame: Frame, *, inside_link: bool) -> Iterator[Token]:
    source = str(token.attrGet("src") or "")
    picture = frame.image(source) if frame.image and _is_relative(source) else None
    if picture:
        title = token.attrGet("title")
        token.attrs = {**picture, "alt": "", "loading": "lazy", **({"title": title} if title else {})}
        yield token
        return
    text = Token("text", "", 0, content=token.content or source)
    if inside_link:
        yield text
        return
    yield Token("link_open", "a", 1, {"href": source})
    yield text
    yield Token("link_close", "a", -1)


def _french(state: StateCore) -> None:
    """A space before ! ? ; : and inside « » does not break."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = _FRENCH.sub("\u00a0", child.content)


@cache
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name, stripnl=False)


def _code(tokens: Sequence[Token], at: int, *_: Any) -> str:
    token = tokens[at]
    name = token.info.split()[0].lower() if token.info.split() else ""
    if name in LEXERS and len(token.content) <= LONGEST_HIGHLIGHT:
        body = highlight(token.content, _lexer(name), _FORMATTER)
    else:
        body = escapeHtml(token.content)
    return f'<pre class="code" tabindex="0"><code>{body}</code></pre>\n'


def _cell(tokens: Sequence[Token], at: int, *_: Any) -> str:
    style = str(tokens[at].attrGet("style") or "")
    side = style.removeprefix("text-align:")
    return f'<{tokens[at].tag} class="align-{side}">' if side else f"<{tokens[at].tag}>"


def _note(tokens: Sequence[Token], at: int) -> tuple[int, str]:
    meta = tokens[at].meta
    repeat = meta.get("subId", 0)
    return meta["id"] + 1, f"{meta['id'] + 1}-{repeat}" if repeat > 0 else f"{meta['id'] + 1}"


def _footnote_ref(tokens: Sequence[Token], at: int, _: Any, env: Any) -> str:
    number, name = _note(tokens, at)
    prefix = frame_of(env).prefix
    link = f'<a href="#{prefix}fn{number}" id="{prefix}ref{name}">{number}</a>'
    return f'<sup class="footnote">{link}</sup>'


def _footnote_open(tokens: Sequence[Token], at: int, _: Any, env: Any) -> str:
    return f'<li id="{frame_of(env).prefix}fn{_note(tokens, at)[0]}">'


def _footnote_back(tokens: Sequence[Token], at: int, _: Any, env: Any) -> str:
    name = _note(tokens, at)[1]
    return f' <a href="#{frame_of(env).prefix}ref{name}" class="footnote-back" aria-label="↩ {name}">↩</a>'


def _constant(html: str) -> Any:
    return lambda *_: html


_RENDER: dict[str, Any] = {
    "fence": _code,
    "code_block": _code,
    "table_open": _constant('<div class="table" tabindex="0"><table>\n'),
    "table_close": _constant("</table></div>\n"),
    "th_open": _cell,
    "td_open": _cell,
    "footnote_ref": _footnote_ref,
    "footnote_block_open": _constant('<section class="footnotes"><ol>\n'),
    "footnote_block_close": _constant("</ol></section>\n"),
    "footnote_open": _footnote_open,
    "footnote_anchor": _footnote_back,
}
