"""A server and the clients registered at it, asked over HTTP alone, whoever wrote it."""

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jws, jwt

from tests.interop.browserless import Browser, visit
from tests.possession import Holder
from tests.wire import Answer, Request, exchange

_FORM = "application/x-www-form-urlencoded"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SIGNATURES = jws.JWSRegistry(algorithms=["ES256", "HS256"], strict_check_header=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client as both servers know it; it proves itself by its secret or by its key."""

    client_id: str
    secret: str = ""
    key: Any = None
    redirect_uri: str = "https://portal.example/callback"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    holder: Holder = field(default_factory=Holder)

    def request(self, **changes: Any) -> dict[str, Any]:
        """A correct authorization request, changed."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return without_none({
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": "st-1",
            "nonce": "n-1",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | changes)  # fmt: skip

    def signed(self, claims: dict[str, Any], header: dict[str, Any], key: Any = None) -> str:
        """A JWT by this client's key, or another."""
        head = {"alg": "ES256", "kid": self.key.kid} | header
        if head["alg"] == "none":
            parts = (json.dumps({"alg": "none"}), json.dumps(claims))
            return (
                ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
                + "."
            )
        return jwt.encode(head, claims, key or self.key, registry=_SIGNATURES, default_type=None)


@dataclass(slots=True, kw_only=True)
class Server:
    """One server, a visitor's browser that is logged in, and what its clients ask."""

    issuer: str
    clients: Mapping[str, Client]
    visitor: Mapping[str, str]
    metadata: dict[str, Any] = field(default_factory=dict)
    browser: Browser = field(default_factory=Browser)

    def begin(self) -> None:
        """Read the metadata, log the visitor in, and let every client be agreed to and get its first tokens.

        The first proof a server ever sees may be asked for a nonce, and is not the one that is asked about.
        """
        answer = exchange(Request(url=f"{self.issuer}/.well-known/openid-configuration"))
        self.metadata = json.loads(answer.body)
        for client in self.clients.values():
            self.tokens(client)

    def url(self, endpoint: str) -> str:
        """An endpoint's address, as announced."""
        return str(self.metadata[f"{endpoint}_endpoint"])

    def open(self, parameters: Any, browser: Browser | None = None, method: str = "GET") -> Answer:
        """A browser at the authorization endpoint, one answer far; the visitor's own if none is given."""
        person, url = browser or self.browser, self.url("authorization")
        if method == "GET":
            request = person.open(f"{url}?{urlencode(parameters)}")
        else:
            headers = {"Content-Type": _FORM, **person.cookie_header(url)}
            request = Request(method=method, url=url, headers=headers, body=urlencode(parameters).encode())
        answer = exchange(request)
        person.keep_cookies(request.url, answer)
        return answer

    def address(self, client: Client, **changes: Any) -> str:
        """Where a client sends the browser: its request, pushed where it is a client of FAPI 2.0."""
        asked = client.request(**changes)
        if client.key is not None:
            answer = self.push(client, asked)
            assert answer.status == 201, answer.body
            asked = {"client_id": client.client_id, "request_uri": json.loads(answer.body)["request_uri"]}
        return f"{self.url('authorization')}?{urlencode(asked)}"

    def code(self, client: Client, **changes: Any) -> str:
        """The code of a whole flow of the visitor, pages included."""
        back = visit(self.browser, self.address(client, **changes), self.visitor, client.redirect_uri)
        return query(back)["code"]

    def tokens(self, client: Client, **changes: Any) -> dict[str, Any]:
        """The tokens of a whole flow."""
        answer = self.redeem(client, self.code(client, **changes))
        assert answer.status == 200, answer.body
        return dict(json.loads(answer.body))

    def redeem(self, client: Client, code: str, /, **changes: Any) -> Answer:
        """A code at the token endpoint, its form changed."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": client.verifier,
        }
        return self.token(client, without_none(form | changes))

    def token(self, client: Client, form: dict[str, Any]) -> Answer:
        """A token request, with a proof where the client has a key; once more where a nonce is asked."""
        if client.key is None:
            return self.post("token", form, **self.basic(client))
        answer = self.post("token", form | self.assertion(client), DPoP=self.proof(client))
        if b"use_dpop_nonce" not in answer.body:
            return answer
        proof = self.proof(client, nonce=answer.header("dpop-nonce"))
        return self.post("token", form | self.assertion(client), DPoP=proof)

    def push(self, client: Client, form: dict[str, Any], **claims: Any) -> Answer:
        """A pushed authorization request; ``claims`` change the assertion."""
        return self.post("pushed_authorization_request", form | self.assertion(client, **claims))

    def post(self, endpoint: str, form: Any, **headers: str) -> Answer:
        """A form at an endpoint."""
        body = urlencode(form).encode()
        return exchange(
            Request(
                method="POST", url=self.url(endpoint), headers={"Content-Type": _FORM, **headers}, body=body
            )
        )

    def userinfo(self, authorization: str = "", **headers: str) -> Answer:
        """The person's claims."""
        shown = {"Authorization": authorization} if authorization else {}
        return exchange(Request(url=self.url("userinfo"), headers=shown | headers))

    def basic(self, client: Client, secret: str = "") -> dict[str, str]:
        """``client_secret_basic`` (RFC 6749 §2.3.1)."""
        pair = f"{client.client_id}:{secret or client.secret}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def assertion(
        self, client: Client, *, alg: str = "ES256", key: Any = None, **changes: Any
    ) -> dict[str, str]:
        """``private_key_jwt`` (RFC 7523 §2.2)."""
        moment, who = int(time.time()), client.client_id
        claims = {"iss": who, "sub": who, "aud": self.issuer, "iat": moment, "exp": moment + 60}
        claims |= {"jti": secrets.token_urlsafe(16)} | changes
        text = client.signed(without_none(claims), {"alg": alg}, key)
        return {"client_id": who, "client_assertion_type": _ASSERTION, "client_assertion": text}

    def proof(self, client: Client, endpoint: str = "token", method: str = "POST", **changes: Any) -> str:
        """A DPoP proof (RFC 9449 §4.2)."""
        return client.holder.proof("", method, **{"htu": self.url(endpoint)} | changes)


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    """What is left when ``None`` leaves a part out."""
    return {name: value for name, value in values.items() if value is not None}


def query(address: str) -> dict[str, str]:
    """The parameters of an address, wherever they stand in it."""
    parts = urlsplit(address)
    return dict(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))


def shown(answer: Answer, client: Client) -> str:
    """A browser's answer in words: back at the client with what, a page, or on to the server's own pages."""
    location = answer.header("location")
    if location.startswith(client.redirect_uri):
        told = query(location)
        return (
            f"back: {told['error']}"
            if "error" in told
            else f"back: {' '.join(sorted({'code', 'response'} & told.keys()))}"
        )
    if location:
        return "a page of login or consent"
    return f"page {answer.status}" if answer.status < 500 else f"failed {answer.status}"


def told(answer: Answer) -> str:
    """A machine's answer in words: the status and the error, from the body or from the challenge."""
    error = re.search(r'error="(\w+)"', answer.header("www-authenticate"))
    if error:
        return f"{answer.status} {error[1]}"
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = {}
    return (
        f"{answer.status} {body['error']}"
        if isinstance(body, dict) and "error" in body
        else str(answer.status)
    )
