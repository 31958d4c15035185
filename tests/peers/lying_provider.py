"""An OpenID Provider that tells the truth until a test asks it to lie."""

from __future__ import annotations

import hmac
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"})

Answer = tuple[int, dict[str, str], bytes]


def as_json(body: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def signed(claims: Mapping[str, Any], key: Key = RSA, alg: str = "RS256", **header: Any) -> str:
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, dict(claims), key, registry=registry)


def signed_by_secret(claims: Mapping[str, Any], secret: bytes, **header: Any) -> str:
    text = _unsigned({"alg": "HS256", **header}, claims)
    return f"{text}.{base64(hmac.digest(secret, text.encode(), 'sha256'))}"


def unsigned(claims: Mapping[str, Any]) -> str:
    return _unsigned({"alg": "none"}, claims) + "."


def _unsigned(*parts: Mapping[str, Any]) -> str:
    return ".".join(base64(json.dumps(part).encode()) for part in parts)


def half_hash(token: str) -> str:
    return base64(sha256(token.encode()).digest()[:16])


def base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


class LyingProvider:
    """A server inside a `with`. Each attribute is a lie to tell: fields that replace the true ones (None
    leaves one out), another way to sign, or a whole other answer of an endpoint."""

    client_id = "dingen"
    client_secret = "a secret that only the two know"
    access_token = "an access token"

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.redirect: dict[str, Any] = {}
        self.sign: Callable[[Mapping[str, Any]], str] = signed
        self.answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[str] = []
        self.nonces: dict[str, str] = {}
        self.challenges: dict[str, str] = {}
        self.released = threading.Event()

    def __enter__(self) -> LyingProvider:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def sign_in(self, address: str) -> str:
        """What the browser is sent back with, for the address that the site sent it to."""
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query))
        code = f"code-{len(self.nonces)}"
        self.nonces[code], self.challenges[code] = asked["nonce"], asked["code_challenge"]
        back = {"code": code, "state": asked["state"], **self.redirect}
        query = urlencode({name: value for name, value in back.items() if value is not None})
        return f"{asked['redirect_uri']}?{query}"

    def answer(self, path: str, fields: Mapping[str, list[str]]) -> Answer:
        truths = {
            "/.well-known/openid-configuration": self._metadata,
            "/keys": lambda _: KeySet([RSA, EC, OKP]).as_dict(private=False),
            "/token": self._token,
            "/userinfo": lambda _: self._mixed(
                {
                    "sub": "subject",
                    "name": "Nora Wouters",
                    "email": "nora@example.org",
                    "email_verified": True,
                },
                self.userinfo,
            ),
        }
        return as_json(truths[path](fields)) if path in truths else as_json({}, 404)

    def _metadata(self, _: Mapping[str, list[str]]) -> dict[str, Any]:
        truth = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return self._mixed(truth, self.metadata)

    def _token(self, fields: Mapping[str, list[str]]) -> dict[str, Any]:
        code, verifier = fields["code"][0], fields["code_verifier"][0]
        if base64(sha256(verifier.encode()).digest()) != self.challenges[code]:
            return {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "sub": "subject",
            "aud": self.client_id,
            "exp": int(time()) + 300,
            "iat": int(time()),
            "nonce": self.nonces[code],
            "at_hash": half_hash(self.access_token),
        }
        truth = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(self._mixed(claims, self.claims)),
        }
        return self._mixed(truth, self.token)

    def _mixed(self, truth: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**truth, **lies}.items() if value is not None}


def _handler(provider: LyingProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(parse_qs(body))

        def _answer(self, fields: Mapping[str, list[str]]) -> None:
            provider.asked.append(self.path)
            lie = provider.answers.get(self.path)
            if callable(lie):
                self.close_connection = True
                return lie(self)
            status, headers, body = lie or provider.answer(self.path, fields)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            return None

        def log_message(self, *_: object) -> None:
            pass

    return Handler
