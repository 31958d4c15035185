"""Bytes that no browser would send, to a real server: nothing crashes it, and nothing gets past a check."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPResponse, RemoteDisconnected
from threading import Thread

import pytest
import uvicorn

from app.main import MAX_BODY_BYTES, create_app
from app.migrate import upgrade
from tests.conftest import settings_for
from tests.peers.postgresql import free_port

HOST = b"Host: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
STRANGE = [
    b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /?q=\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /sign-in?next=\xe2\x82\xac HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /join/\xe2\x82\xac?\xff=\xff HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /programmes/%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET //evil.example/%2e%2e HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /static/../../app/settings.py HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /programmes/demo-programme/images/../../../../../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /programmes/demo-programme/images/..%2f..%2f01-first.md HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://evil.example/sign-in HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: [\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: dingen=\xff\xfe\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Accept-Language: \xff;q=\xff\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: -1\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 1e3\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nxx",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 4\r\n\r\n\xff=\xff\0",
    b"POST /sign-in HTTP/1.1\r\n" + HOST + b"Content-Type: \xff\r\nContent-Length: 1\r\n\r\nx",
    b"POST /sign-out HTTP/1.1\r\n" + HOST + b"Origin: \xff\r\nContent-Length: 0\r\n\r\n",
    b"BREW /pot HTTP/1.1\r\n" + HOST + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server in a thread of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('raw') / 'dingen.db'}"
    app = create_app(settings_for(url))
    upgrade(app.state.database)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", server_header=False))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield port
    server.should_exit = True
    thread.join(10)
    app.state.database.close()


def tell(port: int, *parts: bytes) -> tuple[int, bytes]:
    """Status and body of the answer; 400 where the server hangs up on what it cannot read to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        answer = HTTPResponse(peer)
        try:
            for part in parts:
                peer.sendall(part)
            answer.begin()
            return answer.status, answer.read()
        except (BrokenPipeError, ConnectionResetError, RemoteDisconnected):
            return 400, b""


@pytest.mark.parametrize("request_", STRANGE, ids=lambda bytes_: repr(bytes_[:60]))
def test_no_bytes_crash_a_page(port: int, request_: bytes) -> None:
    status, body = tell(port, request_)
    assert status in (200, 303, 400, 403, 404, 405, 414, 415, 422, 431), body[:500]
    assert b"root:" not in body and b"MINIMUM_SECRET_LENGTH" not in body and b"minutes: 20" not in body
    assert tell(port, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n") == (200, b"ok\n")


def test_a_body_in_chunks_has_an_end_too(port: int) -> None:
    head = b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    status, _ = tell(port, head, *[chunk] * (MAX_BODY_BYTES // 0x10000 + 2), b"0\r\n\r\n")
    assert status in (400, 413)


def test_what_hides_behind_a_body_is_no_second_request(port: int) -> None:
    """Where one reads the length and another the chunks, they must not differ about the end."""
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    head = b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM
    both = f"Content-Length: {len(hidden)}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert tell(port, head + both + hidden)[0] == 400
