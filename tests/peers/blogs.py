"""Blogs on this machine: a real web server whose pages a test writes, and which misbehaves as it is told."""

from __future__ import annotations

import gzip
import socket
import socketserver
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler
from threading import Event, Thread

from app.blogs.addresses import is_public
from app.blogs.fetch import Fetcher, Limits, Policy
from app.clock import now

LOOPBACK = Policy(allows=lambda address: address == "127.0.0.1" or is_public(address), ports=None)
QUICK = Limits(seconds=0.8, bytes=200_000)


def fetcher(limits: Limits = Limits(seconds=5.0), policy: Policy = LOOPBACK) -> Fetcher:
    return Fetcher("http://dingen.example", policy=policy, limits=limits)


@dataclass(frozen=True)
class Item:
    """A post on a blog, so many hours old."""

    title: str
    text: str = "Some words."
    tags: Sequence[str] = ()
    guid: str = ""
    link: str = ""
    hours: float = 1.0
    author: str = ""

    def rss(self, base: str) -> str:
        at = format_datetime(now() - timedelta(hours=self.hours))
        link = self.link or f"{base}/{self.guid or self.title.replace(' ', '-')}"
        return (
            f"<item><title>{escape(self.title)}</title><link>{escape(link)}</link>"
            f"<guid isPermaLink='false'>{escape(self.guid or link)}</guid><pubDate>{at}</pubDate>"
            f"<author>{escape(self.author)}</author>"
            + "".join(f"<category>{escape(tag)}</category>" for tag in self.tags)
            + f"<description>{escape(self.text)}</description></item>"
        )


def rss(*items: Item, title: str = "Lena writes", base: str = "http://blog.example") -> bytes:
    body = "".join(item.rss(base) for item in items)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>{base}/</link><description>d</description><language>nl-BE</language>{body}</channel></rss>"
    ).encode()


@dataclass
class Sent:
    """What answers at a path: a body, or a function that speaks on the socket itself."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    speak: Callable[[socket.socket, Event], None] | None = None


class BlogServer:
    """`pages` are by path; a feed with an `ETag` answers 304 to who names it. `asked` has each request's path
    and headers."""

    def __init__(self) -> None:
        self.pages: dict[str, Sent] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.stopping = Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, format: str, *arguments: object) -> None:
                return

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                return

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append((request.path, dict(request.headers.items())))
        sent = self.pages.get(request.path, Sent(b"nothing here", 404))
        if sent.speak:
            sent.speak(request.connection, self.stopping)
            request.close_connection = True
            return
        etag = sent.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            request.send_response(304)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        request.send_response(sent.status)
        for name, value in sent.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(sent.body)))
        request.end_headers()
        request.wfile.write(sent.body)

    def feed(self, path: str, *items: Item, title: str = "Lena writes", **headers: str) -> str:
        """A feed at that path; its address."""
        told = {"Content-Type": "application/rss+xml", **{k.replace("_", "-"): v for k, v in headers.items()}}
        self.pages[path] = Sent(rss(*items, title=title, base=self.url), headers=told)
        return self.url + path

    def page(self, path: str, html: str, **headers: str) -> str:
        self.pages[path] = Sent(
            html.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers}
        )
        return self.url + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        self.pages[path] = Sent(b"", status, {"Location": to})
        return self.url + path

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    @contextmanager
    def running(self) -> Iterator[BlogServer]:
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            self._server.shutdown()
            self._server.server_close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n"


def drips(connection: socket.socket, stopping: Event) -> None:
    """A byte now and then, for as long as one listens."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    while not stopping.wait(0.05):
        connection.sendall(b" ")


def drips_headers(connection: socket.socket, stopping: Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not stopping.wait(0.05):
        connection.sendall(b"X-More: 1\r\n")


def says_nothing(connection: socket.socket, stopping: Event) -> None:
    stopping.wait()


def never_ends(connection: socket.socket, stopping: Event) -> None:
    connection.sendall(HEAD + b"\r\n<rss>")
    while not stopping.is_set():
        connection.sendall(b"<item><title>more</title></item>" * 500)


def hangs_up(connection: socket.socket, stopping: Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n<rss version=")


def bomb(megabytes: int = 200) -> Sent:
    """Some kilobytes that become so many megabytes."""
    body = gzip.compress(b" " * 1_000_000 * megabytes, 9)
    return Sent(body, headers={"Content-Type": "application/rss+xml", "Content-Encoding": "gzip"})
