"""Fetching from servers that strangers chose: where Dingen goes, and how much it puts up with."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic

import pytest
import trustme

from app.blogs.addresses import is_public
from app.blogs.fetch import Failed, Fetcher, Policy
from app.blogs.models import Trouble
from app.blogs.parsing import Parser
from tests.peers import blogs
from tests.peers.blogs import LOOPBACK, QUICK, BlogServer, Item, Sent

REFUSED = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 169.254.0.1
    169.254.169.254 172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1
    198.18.0.1 198.19.255.254 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:0:7f00:1 64:ff9b::7f00:1
    64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1
    2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
    2a00::1%eth0 fec0::1 ff02::1 ff0e::1 nonsense 127.1
"""
ALLOWED = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.1.1
    172.15.255.255 172.32.0.1 192.0.1.1 192.167.1.1 192.169.1.1 198.17.1.1 198.20.0.1 223.255.255.255
    2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 2003::1
"""
SPELLINGS = (
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://169.254.169.254/latest/meta-data/",
    "http://①②⑦.0.0.1/",
)
NO_ADDRESSES = (
    *("file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "javascript:alert(1)", "http://"),
    *(
        "http://user:password@example.org/",
        "http://user@example.org/",
        "http://exa mple.org/",
        "//example.org",
    ),
    *("http://example.org\r\nX: y/", "http://" + "a" * 2000 + ".example/", "data:text/html,x", "http:///x"),
)


@pytest.fixture
def server() -> Iterator[BlogServer]:
    with BlogServer().running() as running:
        yield running


def test_no_address_beside_the_public_internet_is_allowed() -> None:
    assert [address for address in REFUSED.split() if is_public(address)] == []
    assert [address for address in ALLOWED.split() if not is_public(address)] == []


@pytest.mark.parametrize("url", SPELLINGS)
def test_this_machine_is_not_asked_however_it_is_spelled(url: str) -> None:
    with pytest.raises(Failed) as failed:
        Fetcher("http://dingen.example").get(url)
    assert failed.value.trouble in (Trouble.PRIVATE, Trouble.NO_HOST, Trouble.ADDRESS)


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_plain_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(Failed) as failed:
        blogs.fetcher().get(url)
    assert failed.value.trouble is Trouble.ADDRESS


def test_other_ports_than_those_of_the_web_are_refused(server: BlogServer) -> None:
    narrow = Policy(allows=LOOPBACK.allows)
    with pytest.raises(Failed) as failed:
        blogs.fetcher(policy=narrow).get(server.page("/", "x"))
    assert failed.value.trouble is Trouble.PRIVATE
    assert server.asked == []


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(server: BlogServer) -> None:
    """A name server that answers once with a public address, and then with this machine's."""
    answers = iter((["127.0.0.2"], ["127.0.0.1"]))
    rebinding = Policy(lambda address: address != "127.0.0.1", None, lambda host, port: next(answers))
    url = server.page("/", "x").replace("127.0.0.1", "rebinding.example")
    for trouble in (Trouble.UNREACHABLE, Trouble.PRIVATE):
        with pytest.raises(Failed) as failed:
            blogs.fetcher(policy=rebinding).get(url)
        assert failed.value.trouble is trouble
    assert server.asked == []


def test_of_several_addresses_only_those_that_are_allowed_are_asked(server: BlogServer) -> None:
    both = Policy(LOOPBACK.allows, None, lambda host, port: ["10.0.0.1", "127.0.0.1", "::1"])
    url = server.page("/", "here").replace("127.0.0.1", "several.example")
    assert blogs.fetcher(policy=both).get(url).body == b"here"
    assert server.asked[0][1]["Host"].startswith("several.example:")


@pytest.mark.parametrize(
    "to", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://a:b@x.example/"]
)
def test_every_redirect_is_looked_at_anew(server: BlogServer, to: str) -> None:
    with pytest.raises(Failed) as failed:
        blogs.fetcher().get(server.redirect("/", to))
    assert failed.value.trouble in (Trouble.PRIVATE, Trouble.ADDRESS)


def test_redirects_are_followed_and_remembered_where_they_are_for_good(server: BlogServer) -> None:
    server.page("/there", "x")
    server.redirect("/for-now", "/there", 302)
    server.redirect("/moved", "/for-now", 301)
    server.redirect("/again", "/there", 308)
    server.redirect("/for-good", "/again", 301)
    found = blogs.fetcher().get(f"{server.url}/moved")
    assert (found.url, found.moved_to) == (f"{server.url}/there", f"{server.url}/for-now")
    found = blogs.fetcher().get(f"{server.url}/for-good")
    assert found.moved_to == f"{server.url}/there"


HOSTILE = {
    "drips": (Sent(speak=blogs.drips), Trouble.SLOW),
    "drips-headers": (Sent(speak=blogs.drips_headers), Trouble.SLOW),
    "says-nothing": (Sent(speak=blogs.says_nothing), Trouble.SLOW),
    "never-ends": (Sent(speak=blogs.never_ends), Trouble.LARGE),
    "hangs-up": (Sent(speak=blogs.hangs_up), Trouble.BROKEN),
    "bomb": (blogs.bomb(), Trouble.LARGE),
    "large": (Sent(b" " * 300_000), Trouble.LARGE),
    "loop": (Sent(b"", 302, {"Location": "/loop"}), Trouble.LOOP),
    "false-gzip": (Sent(b"not zipped", headers={"Content-Encoding": "gzip"}), Trouble.BROKEN),
    "brotli": (Sent(b"x", headers={"Content-Encoding": "br"}), Trouble.BROKEN),
    "nonsense": (Sent(speak=lambda socket, _: socket.sendall(b"\0\1\2 nonsense\r\n\r\n")), Trouble.BROKEN),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_takes_little_time_and_memory(server: BlogServer, name: str) -> None:
    sent, trouble = HOSTILE[name]
    server.pages[f"/{name}"] = sent
    begun = monotonic()
    with pytest.raises(Failed) as failed:
        blogs.fetcher(QUICK).get(f"{server.url}/{name}")
    assert failed.value.trouble is trouble
    assert monotonic() - begun < 2 * QUICK.seconds


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    server = BlogServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    plain = server._server.socket
    server._server.socket = context.wrap_socket(plain, server_side=True)
    with server.running(), pytest.raises(Failed) as failed:
        blogs.fetcher().get(server.url.replace("http:", "https:"))
    assert failed.value.trouble is Trouble.CERTIFICATE


def test_a_request_says_who_asks_and_nothing_of_who_writes(server: BlogServer) -> None:
    blogs.fetcher().get(server.page("/", "x"))
    _, headers = server.asked[0]
    assert headers["User-Agent"] == "Dingen (+http://dingen.example)"
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


ENTITIES = b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"ha") * 20) for n in range(9))
HEAVY = {
    "entities": b'<?xml version="1.0"?><!DOCTYPE l ['
    + ENTITIES
    + b"]><rss><channel><title>&a8;</title></channel></rss>",
    "deep": b'<rss version="2.0"><channel>' + b"<a>" * 400_000,
    "bytes": bytes(range(256)) * 400,
    "half": blogs.rss(Item("Thing 1"))[:300],
    "utf-16-said-utf-8": blogs.rss(Item("Thing 1")).decode().encode("utf-16"),
}


def test_a_hostile_feed_takes_little_time_and_others_are_read_after_it(server: BlogServer) -> None:
    secret = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    parser = Parser(seconds=2.0)
    with ExitStack() as stack:
        stack.callback(parser.end)
        for name, body in HEAVY.items():
            server.pages["/heavy"] = Sent(body, headers={"Content-Type": "application/rss+xml"})
            begun = monotonic()
            try:
                parser.read(blogs.fetcher().get(f"{server.url}/heavy"))
            except Failed as failed:
                assert failed.trouble in (Trouble.BROKEN, Trouble.NO_FEED), name
            assert monotonic() - begun < 4, name
        body = blogs.rss(Item("Thing &e; 1")).replace(b"?>", b"?>" + secret, 1).replace(b"&amp;e;", b"&e;")
        server.pages["/reads-files"] = Sent(body)
        feed = parser.feed(blogs.fetcher().get(f"{server.url}/reads-files"))
        assert "root:" not in feed.entries[0].title
        feed = parser.feed(blogs.fetcher().get(server.feed("/good", Item("Thing 1"))))
        assert [entry.title for entry in feed.entries] == ["Thing 1"]
