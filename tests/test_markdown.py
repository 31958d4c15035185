"""Markdown becomes HTML that cannot do anything but be read."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from app.markdown import LONGEST, Document, Frame, excerpt, plain_text, render_post

TAGS = set(
    """p br hr ul ol li dl dt dd blockquote pre aside div section table thead tbody tr th td
    a em strong s code span sup h2 h3 h4 h5 h6 img""".split()  # noqa: SIM905
)
ATTRIBUTES = {
    "href",
    "title",
    "id",
    "rel",
    "class",
    "tabindex",
    "role",
    "aria-label",
    "start",
    "src",
    "alt",
    "loading",
    "width",
    "height",
}


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps what a page could be attacked with."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append(("!--", {}))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("!", {}))

    def unknown_decl(self, data: str) -> None:
        self.tags.append(("!", {}))

    def handle_pi(self, data: str) -> None:
        self.tags.append(("?", {}))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def assert_harmless(html: str) -> Reader:
    reader = Reader(html)
    for tag, attributes in reader.tags:
        assert tag in TAGS, tag
        assert set(attributes) <= ATTRIBUTES, (tag, attributes)
        for name in ("href", "src"):
            if name in attributes:
                url = "".join(c for c in attributes[name] or "" if c > " ")
                assert urlsplit(url).scheme.lower() in ("", "http", "https", "mailto"), url
                assert not url.lower().startswith(("javascript", "data", "vbscript")), url
    return reader


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import 'http://evil.example/x.css'</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<form action=https://evil.example><button formaction=javascript:alert(1)>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=></object>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1?><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml;base64,PHN2Zy8+)",
    "[x](file:///etc/passwd)",
    "[x](feed:javascript:alert(1))",
    "[x](https://example.org 'a\" onmouseover=\"alert(1)')",
    '[x](https://example.org/"onmouseover="alert(1))',
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x][y]\n\n[y]: https://e.example 'x\"><script>alert(1)</script>'",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x" onerror="alert(1)](https://e.example/x.png)',
    "![x](https://e.example/x.png 'y\" onload=\"alert(1)')",
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "<javascript:alert(1)>",
    '<https://example.org/"onclick=alert(1)>',
    'https://example.org/"onclick=alert(1)',
    "https://example.org/<script>alert(1)</script>",
    "www.example.org/'onclick='alert(1)",
    "`<script>alert(1)</script>`",
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "```python onload=alert(1)\nprint('<script>')\n```",
    "    <script>alert(1)</script>",
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | c |",
    '|a|\n|:-"onclick=alert(1):|\n|b|',
    "[^x]\n\n[^x]: <script>alert(1)</script>",
    '[^"><script>alert(1)</script>]\n\n[^"><script>alert(1)</script>]: x',
    "> [!NOTE] <script>alert(1)</script>\n> x",
    '> [!NOTE" onclick="alert(1)] x',
    "- [ ] <img src=x onerror=alert(1)>",
    "Term\n: <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "# x {onclick=alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<p id=main class=tile tabindex=5 role=alert>x</p>",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("shape", ["{}", "> {}", "- {}", "**{}**", "# {}", "[{}](/x)"])
def test_nothing_that_people_write_becomes_script(attack: str, shape: str) -> None:
    text = shape.format(attack)
    assert_harmless(render_post(text))
    frame = Frame("s-", heading_ids=True, link=lambda href: href, image=lambda source: source)
    document = Document(text, "en", frame)
    assert_harmless(document.html(document.tokens))


def test_what_was_typed_as_html_is_still_there_to_read() -> None:
    reader = assert_harmless(render_post("I typed <b onclick=x>bold</b>."))
    assert reader.text == "I typed <b onclick=x>bold</b>."


def test_links_of_people_are_marked_and_go_where_they_say() -> None:
    links = assert_harmless(render_post("[a](https://example.org) <b@example.org> [c](/programmes)")).all("a")
    assert [link["href"] for link in links] == ["https://example.org", "mailto:b@example.org", "/programmes"]
    assert {link["rel"] for link in links} == {"nofollow ugc noopener"}


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        ("See https://example.org/a_b_c.", "https://example.org/a_b_c", "https://example.org/a_b_c"),
        ("(https://en.example/A_(b))", "https://en.example/A_(b)", "https://en.example/A_(b)"),
        ("www.example.org, they said", "https://www.example.org", "www.example.org"),
        ("it's “https://example.org/x”!", "https://example.org/x", "https://example.org/x"),
        ("https://example.org/a--b...", "https://example.org/a--b", "https://example.org/a--b"),
    ],
)
def test_a_bare_address_is_a_link(text: str, address: str, shown: str) -> None:
    html = render_post(text)
    assert [link["href"] for link in Reader(html).all("a")] == [address]
    assert f">{shown}</a>" in html


@pytest.mark.parametrize(
    "text", ["`https://example.org`", "[https://example.org](/x)", "xhttps://example.org"]
)
def test_an_address_in_code_or_in_a_link_stays_as_it_is(text: str) -> None:
    assert "https://example.org" not in [link["href"] for link in Reader(render_post(text)).all("a")]


def test_a_picture_in_a_post_is_a_link_since_pages_ask_nothing_from_others() -> None:
    reader = assert_harmless(render_post("![My desk](https://example.org/desk.jpg) ![local](images/x.png)"))
    assert not reader.all("img")
    assert reader.all("a")[0]["href"] == "https://example.org/desk.jpg"
    assert "My desk" in reader.text


def test_a_linked_picture_in_a_post_keeps_one_link() -> None:
    reader = Reader(render_post("[![My desk](https://example.org/desk.jpg)](https://example.org)"))
    assert [link["href"] for link in reader.all("a")] == ["https://example.org"]


def test_a_thing_shows_its_own_pictures_and_no_others() -> None:
    def picture(source: str) -> dict[str, str] | None:
        return {"src": f"/pictures/{source}", "width": "4"} if source.startswith("images/") else None

    frame = Frame("s-", image=picture)
    document = Document(
        "![A map](images/map.svg) ![b](other/b.png) ![c](https://e.example/c.png)", "en", frame
    )
    images = assert_harmless(document.html(document.tokens)).all("img")
    assert images == [{"src": "/pictures/images/map.svg", "width": "4", "alt": "A map", "loading": "lazy"}]


def test_headings_of_a_post_begin_under_the_title_and_leave_no_gap() -> None:
    tags = [tag for tag, _ in Reader(render_post("# a\n\n#### b\n\n###### c\n\n## d\n\n# e")).tags]
    assert tags == ["h3", "h4", "h5", "h4", "h3"]
    assert "id=" not in render_post("# a")


def test_ids_in_things_are_prefixed_and_unique() -> None:
    document = Document("### Main\n\n### Main\n\n[down](#main)", "en", Frame("s-", heading_ids=True))
    reader = Reader(document.html(document.tokens))
    assert [h["id"] for h in reader.all("h3")] == ["s-main", "s-main-2"]
    assert reader.all("a")[0]["href"] == "#s-main"


def test_footnotes_of_two_posts_on_one_page_do_not_meet() -> None:
    def ids(text: str) -> set[str]:
        return {
            str(attributes["id"]) for _, attributes in Reader(render_post(text)).tags if "id" in attributes
        }

    one, other = ids("A[^1]\n\n[^1]: one"), ids("B[^1]\n\n[^1]: two")
    assert len(one) == len(other) == 2
    assert not one & other


def test_every_footnote_link_has_its_target() -> None:
    reader = Reader(render_post("A[^1] and again[^1], B[^long]\n\n[^1]: one\n\n[^long]: two\n\n    more"))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in reader.all("a")} <= set(ids)


def test_an_alert_is_an_admonition_with_its_title() -> None:
    html = render_post("> [!EXAMPLE] How a *colleague* did it\n> She *tried*.\n>\n> Twice.")
    assert '<aside class="admonition example" role="note">' in html
    assert '<p class="admonition-title">How a <em>colleague</em> did it</p>' in html
    assert "<p>She <em>tried</em>.</p>\n<p>Twice.</p>" in html


@pytest.mark.parametrize(("language", "title"), [("en", "Note"), ("nl", "Opmerking"), ("fr", "Remarque")])
def test_an_alert_without_a_title_is_named_in_the_language_of_the_text(language: str, title: str) -> None:
    assert f'<p class="admonition-title">{title}</p>' in render_post("> [!NOTE]\n> x", language)


def test_an_unknown_alert_is_a_quotation() -> None:
    assert render_post("> [!SHOUT] x").startswith("<blockquote>")


def test_tasks_are_boxes_to_read() -> None:
    html = render_post("- [ ] open\n- [x] done\n- [link](/x)")
    assert '<li class="task">☐ open</li>' in html
    assert '<li class="task done">☑ done</li>' in html
    assert "<input" not in html


def test_tables_scroll_in_themselves_and_align_without_style() -> None:
    html = render_post("| a | b |\n|--|--:|\n| 1 | 2 |")
    assert html.startswith('<div class="table" tabindex="0"><table>')
    assert '<td class="align-right">2</td>' in html
    assert "style" not in html


def test_code_is_coloured_by_classes() -> None:
    html = render_post("```python\ndef f(): pass\n```")
    assert '<pre class="code" tabindex="0"><code><span class="k">def</span>' in html


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", '"It\'s fine" -- she said...', "<p>“It’s fine” – she said…</p>"),
        ("nl", '"Ja" zei ze', "<p>“Ja” zei ze</p>"),
        ("fr", '"Oui" dit-elle : bien !', "<p>«\u00a0Oui\u00a0» dit-elle\u00a0: bien\u00a0!</p>"),
        ("de", '"Ja"', "<p>„Ja“</p>"),
        ("fr-BE", '"Oui"', "<p>«\u00a0Oui\u00a0»</p>"),
    ],
)
def test_typography_follows_the_language(language: str, text: str, expected: str) -> None:
    assert render_post(text, language).replace("&nbsp;", "\u00a0") == expected


def test_the_other_notations_work() -> None:
    html = render_post("~~gone~~ **b** *i* `c`\n\nTerm\n: Meaning\n\n1. one\n3. two\n\n---")
    for part in ("<s>gone</s>", "<strong>b</strong>", "<dt>Term</dt>", "<dd>Meaning</dd>", "<ol>", "<hr>"):
        assert part in html


def test_an_excerpt_is_cut_between_words_and_leaves_footnotes_out() -> None:
    html = render_post("# Title\n\nOne & two[^1] three\n\n- four\n\n[^1]: secret")
    assert plain_text(html) == "Title One & two three four"
    assert excerpt(html, 100) == "Title One & two three four"
    assert excerpt(html, 16) == "Title One & two…"
    assert len(excerpt(render_post("word " * 200), 50)) <= 50
    assert excerpt(render_post("x" * 100), 10) == "x" * 9 + "…"


PATHOLOGICAL = {
    "open brackets": "[",
    "open links": "[a](",
    "open pictures": "![a](x",
    "nested pictures": "![",
    "emphasis": "*a_ ",
    "bold": "**a ",
    "quotation marks": "\"a '",
    "quotations": ">",
    "backticks": "`",
    "angle brackets": "<",
    "entities": "&#1234567890;",
    "strikes": "~a~",
    "footnotes": "[^a]",
    "tables": "|",
    "colons": ":",
    "addresses": "http://",
    "www": "www.",
    "at": "a@",
    "parentheses in an address": "https://a.b/))",
    "backslashes": "\\",
    "definitions": "a\n: b\n\n",
    "references": "[a]: <",
    "lists": "- a\n",
    "headings": "# a\n",
    "line ends": "\n",
    "tabs": "\t",
    "emoji": "👩‍👩‍👧",
    "tasks": "- [ ] ",
    "alerts": "> [!NOTE]\n",
    "code": "```python\n(",
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_hostile_repetition_takes_bounded_time(name: str) -> None:
    piece = PATHOLOGICAL[name]
    text = (piece * (LONGEST // len(piece)))[: LONGEST // 4]
    started = time.process_time()
    assert_harmless(render_post(text))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "text",
    [
        "\n".join("  " * n + "- a" for n in range(300)),
        "\n".join(">" * n + " a" for n in range(300)),
        "[" * 2_000 + "a" + "](/x)" * 2_000,
        "*" * 3_000 + "a" + "*" * 3_000,
    ],
    ids=["lists", "quotations", "links", "stars"],
)
def test_deep_nesting_does_not_overflow(text: str) -> None:
    assert_harmless(render_post(text))


def test_a_megabyte_is_shown_as_it_was_typed() -> None:
    started = time.process_time()
    reader = assert_harmless(render_post("*x* <b>\n\n" * 111_112))
    assert time.process_time() - started < 5
    assert not reader.all("em")
    assert reader.text.startswith("*x* <b>")
