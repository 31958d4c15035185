"""Fetching from servers that strangers chose, which may be slow, huge, broken or hostile.

The name is resolved here and the connection made to an address that was looked at, at every redirect anew: no
second answer of a name server comes between. Time is bounded as a whole, size after decompression.
"""

from __future__ import annotations

import re
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

import httpcore2
import httpx2

from app.blogs.addresses import addresses_of, is_public
from app.blogs.models import LONGEST_ADDRESS, Trouble

PERMANENT, TEMPORARY = (301, 308), (302, 303, 307)
ACCEPT = "application/atom+xml, application/rss+xml;q=0.9, application/xml;q=0.8, text/html;q=0.7, */*;q=0.5"
ADDRESSES_TRIED = 3
CONNECT_SECONDS = 5.0
REFUSALS = (429, 503)
HOST = re.compile(rb"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")


class Failed(Exception):
    """It could not be fetched, or not be read."""

    def __init__(self, trouble: Trouble, status: int | None = None, retry_after: str = "") -> None:
        super().__init__(f"{trouble} {status or ''}".strip())
        self.trouble, self.status, self.retry_after = trouble, status, retry_after


@dataclass(frozen=True)
class Policy:
    """Where one may go. Only tests pass another one than PUBLIC; no setting does."""

    allows: Callable[[str], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443})
    resolve: Callable[[str, int], Sequence[str]] = addresses_of


@dataclass(frozen=True)
class Limits:
    """Of one fetch: `seconds` from its beginning to its end, redirects included; `bytes` as they arrive, and
    again after decompression."""

    seconds: float = 10.0
    bytes: int = 3_000_000
    redirects: int = 5


PUBLIC = Policy()
LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """What came back from `url`. `moved_to` is where permanent redirects lead, for as long as only such came
    first. Names of headers are small letters."""

    url: str
    moved_to: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def failure(self) -> Failed:
        retry_after = self.headers.get("retry-after", "") if self.status in REFUSALS else ""
        return Failed(Trouble.STATUS, self.status, retry_after)


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds, never none. Raises Failed where the time is over."""
        left = self._ends - monotonic()
        if left <= 0:
            raise Failed(Trouble.SLOW)
        return left if most is None else min(left, most)


class Fetcher:
    """Fetches as this site, whose address its servers read in the User-Agent."""

    def __init__(self, base_url: str, *, policy: Policy = PUBLIC, limits: Limits = LIMITS) -> None:
        self.policy, self.limits = policy, limits
        self._headers = {
            "User-Agent": f"Dingen (+{base_url})",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }

    def deadline(self) -> Deadline:
        return Deadline(self.limits.seconds)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline: Deadline | None = None
    ) -> Answer:
        """The answer after all redirects, whatever its status. Raises Failed."""
        deadline = deadline or self.deadline()
        target = moved_to = self.checked(url)
        only_permanent = True
        for _ in range(self.limits.redirects + 1):
            answer = self._ask(target, {**self._headers, **(headers or {})}, deadline)
            location = answer.headers.get("location", "")
            if answer.status not in PERMANENT + TEMPORARY or not location:
                return Answer(str(target), str(moved_to), answer.status, answer.headers, answer.body)
            target = self.checked(location, target)
            only_permanent = only_permanent and answer.status in PERMANENT
            if only_permanent:
                moved_to = target
        raise Failed(Trouble.LOOP)

    def checked(self, url: str, base: httpx2.URL | None = None) -> httpx2.URL:
        """An address that may be asked. Raises Failed for anything but a plain one of the web."""
        try:
            found = base.join(url) if base else httpx2.URL(url)
            port = found.port or {"http": 80, "https": 443}.get(found.scheme, 0)
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            raise Failed(Trouble.ADDRESS) from error
        if found.scheme not in ("http", "https") or not HOST.fullmatch(found.raw_host) or found.userinfo:
            raise Failed(Trouble.ADDRESS)
        if len(str(found)) > LONGEST_ADDRESS:
            raise Failed(Trouble.ADDRESS)
        if self.policy.ports is not None and port not in self.policy.ports:
            raise Failed(Trouble.PRIVATE)
        return found.copy_with(fragment=None)

    def _ask(self, url: httpx2.URL, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        target = httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"
        )
        fields = [
            (b"Host", url.netloc),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ]
        backend = _Guarded(self.policy, deadline)
        try:
            with (
                httpcore2.ConnectionPool(ssl_context=_trusted(), network_backend=backend) as pool,
                pool.stream("GET", target, headers=fields) as response,
            ):
                told = _headers_of(response.headers)
                encoding = told.get("content-encoding", "").strip().lower()
                wanted = response.status // 100 == 2
                parts = response.iter_stream() if wanted else ()
                body = b"".join(_decoded(parts, encoding, self.limits.bytes))
                return Answer(str(url), str(url), response.status, told, body)
        except Failed:
            raise
        except Exception as error:  # libraries raise everything at what a server may send
            raise Failed(_trouble_of(error)) from error


class _Guarded(httpcore2.NetworkBackend):
    """Connects to nothing but addresses that the policy allows."""

    def __init__(self, policy: Policy, deadline: Deadline) -> None:
        self._policy, self._deadline = policy, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline stands above it
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        found = self._resolved(host.strip("[]"), port)
        allowed = [address for address in found if self._policy.allows(address)]
        if not allowed:
            raise Failed(Trouble.PRIVATE if found else Trouble.NO_HOST)
        failed: Exception | None = None
        for address in allowed[:ADDRESSES_TRIED]:
            try:
                left = self._deadline.left(CONNECT_SECONDS)
                plain = httpcore2.SyncBackend().connect_tcp(
                    address, port, timeout=left, socket_options=socket_options
                )
                return _Timed(plain, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed or Failed(Trouble.UNREACHABLE)

    def _resolved(self, host: str, port: int) -> Sequence[str]:
        """In a thread, since the system's resolver takes as long as it wants."""
        answers: SimpleQueue[Sequence[str]] = SimpleQueue()
        Thread(target=lambda: answers.put(self._policy.resolve(host, port)), daemon=True).start()
        try:
            return answers.get(timeout=self._deadline.left())
        except Empty as error:
            raise Failed(Trouble.SLOW) from error


class _Timed(httpcore2.NetworkStream):
    """A connection on which each step takes what is left of the time, not as long as the one before."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        inside = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _Timed(inside, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _headers_of(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in fields:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


def _decoded(parts: Iterable[bytes], encoding: str, most: int) -> Iterator[bytes]:
    """Never more than `most` bytes, in memory too. Raises Failed for more, and for an encoding that was not
    asked for."""
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Failed(Trouble.BROKEN)
    zipped = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    arrived = given = 0
    for part in parts:
        arrived += len(part)
        if zipped is not None:
            part = zipped.decompress(part, most - given + 1)
        given += len(part)
        if max(arrived, given) > most:
            raise Failed(Trouble.LARGE)
        yield part


@lru_cache
def _trusted() -> ssl.SSLContext:
    """The machine's certificate authorities."""
    return httpx2.create_ssl_context()


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, httpcore2.TimeoutException):
        return Trouble.SLOW
    if error.args and isinstance(error.args[0], ssl.SSLError):
        return Trouble.CERTIFICATE
    if isinstance(error, httpcore2.NetworkError):
        return Trouble.UNREACHABLE
    return Trouble.BROKEN
