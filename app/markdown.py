"""Markdown to safe HTML: one pipeline, two trust levels.

What people post gets marked links, and no pictures but their own; Things may show those of their programme.
Neither can bring markup, script or style into a page: raw HTML is shown as text, and nh3 has the last word.
"""

from __future__ import annotations

import html as html_entities
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from app import markdown_rules as rules

LONGEST = 100_000
"""Characters that are worth parsing; anything longer is no post or Thing, and is shown as it was typed."""

QUOTES: Mapping[str, Sequence[str]] = {
    "de": "„“‚‘",
    "fr": ("«\u00a0", "\u00a0»", "‹\u00a0", "\u00a0›"),
    "es": "«»“”",
    "it": "«»“”",
}

_BLOCKS = {
    "p",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "aside",
    "div",
    "section",
}
_TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
_INLINE = {"a", "em", "strong", "s", "code", "span", "sup"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_CLASSES = {
    "aside": {"admonition", *(kind.lower() for kind in rules.ALERTS)},
    "p": {"admonition-title"},
    "li": {"task", "done"},
    "a": {"footnote-back"},
    "sup": {"footnote"},
    "section": {"footnotes"},
    "div": {"table"},
    "pre": {"code"},
    "span": rules.code_classes(),
    "th": {"align-left", "align-center", "align-right"},
    "td": {"align-left", "align-center", "align-right"},
}
_ATTRIBUTES = {"a": {"href", "title", "id", "aria-label"}, "ol": {"start"}, "li": {"id"}}
_FIXED = {"pre": {"tabindex": {"0"}}, "div": {"tabindex": {"0"}}, "aside": {"role": {"note"}}}


def _cleaner(*, tags: set[str], attributes: Mapping[str, set[str]], rel: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_BLOCKS | _TABLE | _INLINE | _HEADINGS | tags,
        attributes={**_ATTRIBUTES, **attributes},
        tag_attribute_values=_FIXED,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel=rel,
    )


_POST = _cleaner(
    tags={"img"},
    attributes={"img": {"src", "alt", "title", "loading", "width", "height"}},
    rel="nofollow ugc noopener",
)
_THING = _cleaner(
    tags={"img"},
    attributes={
        "img": {"src", "alt", "title", "loading", "width", "height"},
        **{tag: {"id"} for tag in _HEADINGS},
    },
    rel="noopener",
)

_FOREIGN = nh3.Cleaner(
    tags=_BLOCKS | _TABLE | _INLINE | _HEADINGS,
    attributes={"a": {"href"}},
    set_tag_attribute_values={"pre": {"tabindex": "0"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="nofollow ugc noopener",
)


@dataclass(frozen=True)
class Frame:
    """What a text needs to know of the page around it.

    `prefix` begins every id, so that none can meet an id of the page; `link` turns a relative target into a
    URL, `image` into the attributes of an img, `mention` a handle into the URL of a person, each into None
    where there is none. `sections` are the lines of headings that the caller shows itself: they restart the
    levels.
    """

    prefix: str
    level: int = 3
    heading_ids: bool = False
    link: Callable[[str], str | None] | None = None
    image: Callable[[str], Mapping[str, str] | None] | None = None
    mention: Callable[[str], str | None] | None = None
    sections: frozenset[int] = frozenset()


@cache
def _parser(language: str) -> MarkdownIt:
    quotes = QUOTES.get(language.partition("-")[0], "“”‘’")
    parser = MarkdownIt("js-default", {"typographer": True, "quotes": quotes, "maxNesting": 20})
    parser.use(footnote_plugin, inline=False).use(deflist_plugin)
    rules.install(parser, language)
    return parser


@dataclass
class Document:
    """A parsed text of a Thing, from which parts can be rendered."""

    text: str
    language: str
    frame: Frame
    tokens: list[Token] = field(init=False)
    _env: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._env = {"frame": self.frame, "docId": self.frame.prefix}
        self.tokens = _parse(self.text, self.language, self._env)

    def html(self, tokens: Sequence[Token]) -> Markup:
        parser = _parser(self.language)
        return Markup(_THING.clean(parser.renderer.render(tokens, parser.options, self._env)).strip())  # noqa: S704

    def blocks(self, tokens: Sequence[Token] | None = None) -> Iterator[list[Token]]:
        """The outermost blocks, each with all its tokens."""
        block: list[Token] = []
        depth = 0
        for token in self.tokens if tokens is None else tokens:
            block.append(token)
            depth += token.nesting
            if depth == 0:
                yield block
                block = []


def render_post(
    text: str,
    language: str = "en",
    *,
    level: int = 3,
    image: Callable[[str], Mapping[str, str] | None] | None = None,
    mention: Callable[[str], str | None] | None = None,
) -> Markup:
    """What a person wrote; its headings begin at `level`, under the title of the page. `image` and `mention`
    are as in Frame; without them no picture is shown and nobody is linked to."""
    digest = sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    frame = Frame(prefix=f"p-{digest}-", level=level, image=image, mention=mention)
    parser = _parser(language)
    env: dict[str, Any] = {"frame": frame, "docId": frame.prefix}
    tokens = _parse(text, language, env)
    return Markup(_POST.clean(parser.renderer.render(tokens, parser.options, env)).strip())  # noqa: S704


def clean_foreign(html: str) -> Markup:
    """HTML that somebody wrote elsewhere, at the trust level of posts, without pictures, classes and ids."""
    return Markup(_FOREIGN.clean(html).strip())  # noqa: S704


def plain_text(html: str) -> str:
    """The words of rendered HTML on one line, without footnotes."""
    bare = nh3.clean(html, tags=set(), clean_content_tags={"section", "sup", "script", "style"})
    return " ".join(html_entities.unescape(bare).split())


def count_words(html: str) -> int:
    """How many words of rendered HTML are the writer's own: what is quoted is not, a prompt for instance."""
    own = nh3.clean(
        html, tags=set(), attributes={}, clean_content_tags={"blockquote", "pre", "section", "sup"}
    )
    return len(re.findall(r"\w+(?:[-.'’]\w+)*", html_entities.unescape(own)))


def excerpt(html: str, length: int = 200) -> str:
    """The beginning of rendered HTML as plain text, cut between words."""
    text = plain_text(html)
    if len(text) <= length:
        return text
    cut = text[:length]
    return re.sub(r"[\s\W]+$", "", cut[: cut.rfind(" ")] if " " in cut else cut[:-1]) + "…"


def _parse(text: str, language: str, env: dict[str, Any]) -> list[Token]:
    if len(text) <= LONGEST:
        return _parser(language).parse(text, env)
    inline = Token("inline", "", 0, content=text, children=[Token("text", "", 0, content=text)])
    return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]
