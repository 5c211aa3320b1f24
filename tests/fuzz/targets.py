"""The readers, each as a function of bytes that must end well: with a value that holds what is promised, or
with the refusal that is its own. Any other exception is a finding.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

from clients import Client, authorization_details, jwks, manifest, uris
from clients.client import loopback_place
from idp import claims, keyring, outbound
from idp.approvals import binding_message, user_code
from idp.base import strict_json
from idp.base.errors import Rejected
from idp.oidc import checks, dpop, login_hints, pkce, request_object, resources
from idp.oidc.authorization import AuthorizationRequest
from idp.oidc.client_auth import private_key_jwt
from idp.oidc.dpop import signature
from idp.oidc.request import Request, parse
from idp.organizations import code
from idp.pages import preferences
from idp.persons import number
from idp.tokens.families import RefreshToken
from idp.tokens.mint import read_access_token
from tests import registrations


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One reader: ``run`` returns or lets a finding out; ``seeds`` lead into it."""

    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def form(data: bytes) -> None:
    """Parameters survive being written and read again; none is empty or holds NUL."""
    try:
        found = parse(data.decode("latin-1"))
    except Rejected:
        return
    assert all(found.values())
    assert not any("\0" in value for value in found.values())
    assert parse(urlencode(found)) == found


def cookies(data: bytes) -> None:
    """Of two cookies of one name neither is believed."""
    header = data.decode("latin-1")
    environ = {"REQUEST_METHOD": "GET", "HTTP_COOKIE": header}
    found = Request(environ, request_id="", address="").cookie("sid")
    assert found is None or len(re.findall(r"(?:^|;)\s*sid=", header)) == 1


def tokens(data: bytes) -> None:
    """What we did not sign or seal is no token of ours, of any kind."""
    text = data.decode("latin-1")
    for read in (
        lambda: keyring.verify(text, typ="JWT"),
        lambda: read_access_token(text),
        lambda: RefreshToken.open(text),
        lambda: checks.read_hint(text),
    ):
        try:
            read()
        except Rejected:
            continue
        raise AssertionError("a stranger's text was taken for a token")
    assert keyring.open_token(text) is None


def assertions(data: bytes) -> None:
    """A client assertion names a client or is refused."""

    form = {
        "client_assertion": data.decode("latin-1"),
        "client_assertion_type": private_key_jwt.ASSERTION_TYPE,
    }
    request: Any = SimpleNamespace(form=form)
    try:
        assert isinstance(private_key_jwt.claims(request), str)
    except Rejected as refused:
        assert refused.code == "invalid_client"
        return
    assert not private_key_jwt.proves(request, None)


def objects(data: bytes) -> None:
    """A request object that the client did not sign is refused."""
    try:
        request_object.parameters(_client(), data.decode("latin-1"))
    except Rejected as refused:
        assert refused.code == "invalid_request_object"
        return
    raise AssertionError("a stranger's request object was taken")


def proofs(data: bytes) -> None:
    """A proof is read with a public key, or refused."""
    try:
        signature.read(data.decode("latin-1"))
    except Rejected as refused:
        assert refused.code in ("invalid_dpop_proof", "use_dpop_nonce")


def redirects(data: bytes) -> None:
    """A redirect is allowed when it is registered to the letter, or the same place on a loopback port."""
    uri = _text(data)
    client = _client()
    if client.redirect_allowed(uri):
        assert uri in client.redirect_uris or loopback_place(uri) in map(loopback_place, client.redirect_uris)


def registered_uris(data: bytes) -> None:
    """What may be registered is an absolute https address of a public name, however it is read."""
    uri = _text(data)
    try:
        uris.called_by_us(uri, development=False)
    except ValueError:
        return
    parts = urlsplit(uri)
    assert (parts.scheme, parts.username, parts.password, parts.fragment) == ("https", None, None, "")
    assert re.fullmatch(r"[a-z0-9.-]+\.[a-z][a-z0-9-]*", parts.hostname or "")
    assert not re.search(r"[\s\\<>\"'`{}|^*]", uri)


def called(data: bytes) -> None:
    """What may be called has a host and no user."""
    try:
        found = outbound.target.target(_text(data))
    except outbound.Refused:
        return
    assert found.host
    assert "@" not in found.authority
    assert not set("\r\n\t ") & set(found.path + found.authority)


def metadata(data: bytes) -> None:
    """A manifest is valid as a whole or refused with its reasons."""
    try:
        manifest.check(manifest.read(_text(data), "fuzz.yaml"))
    except manifest.Refused as refused:
        assert refused.problems
        assert all(problem.isprintable() for problem in refused.problems)


def documents(data: bytes) -> None:
    """JSON that we take means to everybody else what it means to us."""
    try:
        value = strict_json.read(data, largest=4096)
    except (ValueError, UnicodeDecodeError):
        return
    assert json.loads(data) == value


def details(data: bytes) -> None:
    """Authorization details are of known types, or refused in ASCII."""
    try:
        found = authorization_details.read(_text(data), authorization_details.REGISTER)
    except Rejected as refused:
        assert refused.hint.isascii()
        return
    assert {entry["type"] for entry in found} <= authorization_details.REGISTER.keys()


def key_sets(data: bytes) -> None:
    """A key set from elsewhere is public keys with names of their own, or refused."""
    try:
        keys = jwks.usable(strict_json.read(data, largest=65536))
    except (ValueError, UnicodeDecodeError):
        return
    assert len({key["kid"] for key in keys}) == len(keys) <= jwks.MOST_KEYS
    assert not any({"d", "k", "p", "q"} & key.keys() for key in keys)


def encrypted(data: bytes) -> None:
    """Nobody has encrypted anything to us by chance."""
    try:
        keyring.decrypt(data.decode("latin-1"))
    except keyring.Unreadable:
        return
    raise AssertionError("opened what nobody encrypted")


def single_claims(data: bytes) -> None:
    """What is kept of a claims parameter is small, and names only what the client may have."""
    offered = ("openid", "profile", "age")
    try:
        asked = claims.requested.read(_text(data), offered)
    except Rejected as refused:
        assert refused.hint.isascii()
        return
    assert {*claims.requested.scopes_of(asked.kept)} <= {*offered}
    assert len(json.dumps(asked.kept)) < 64_000
    assert 1 <= asked.level <= 4


def requests(data: bytes) -> None:
    """An authorization request is judged by the law: accepted, or refused in ASCII with a known code."""
    try:
        parameters = parse(data.decode("latin-1"))
    except Rejected:
        return
    client = _client()
    request = AuthorizationRequest(client=client, parameters=parameters, redirect_uri=client.redirect_uris[0])
    for check in checks.LAW:
        try:
            check(request)
        except Rejected as refused:
            assert re.fullmatch(r"[a-z_]+", refused.code)
            assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", refused.hint)
        except checks.Page:
            continue
    assert {*request.scopes} <= {*client.scopes}
    resources.audience(client, request.resources)


def numbers(data: bytes) -> None:
    """A number that is accepted is accepted again in the form it was brought into."""
    text = _text(data)
    for read in (number.parse, code.parse):
        try:
            found = read(text, demo=True)
        except Rejected as refused:
            assert len(text) < 8 or text not in refused.hint
            continue
        assert read(found.value, demo=True).value == found.value
        assert read is code.parse or found.value not in repr(found)


def verifiers(data: bytes) -> None:
    """No text proves a challenge that was not made from it."""
    text = _text(data)
    assert not pkce.proves(text, "A" * 43)
    pkce.is_challenge(text)
    dpop.nonce.made_at(text)


def words(data: bytes) -> None:
    """A device's code has one spelling; words to compare hide nothing; a stranger's hint names nobody."""
    text = _text(data)
    typed = user_code.read(text)
    assert typed is None or user_code.read(typed) == typed
    assert login_hints.person(text, _client()) is None
    try:
        shown = binding_message.check(text)
    except Rejected as refused:
        assert refused.code == "invalid_binding_message"
        return
    assert shown == text
    assert shown.isprintable()
    assert not re.search(r"[<>\u200b-\u200f\u202a-\u202e\u2066-\u2069]|://", shown)


def wishes(data: bytes) -> None:
    """The way back after a wish is a path of this server."""
    text = _text(data)
    preferences.parse(text)
    path = preferences.local_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert urlsplit(path).netloc == ""


@cache
def _client() -> Client:
    """A client with a redirect URI of every kind that may stand beside another."""
    (client,) = registrations.clients(
        registrations.native(redirect_uris=["https://good.example/cb?a=1", "http://127.0.0.1/cb"])
    )
    return client


_JWT = b"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ4IiwiYXVkIjoieSIsImlhdCI6MX0."
_DPOP = (
    b"eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4IjoiIiwieSI6IiJ9fQ."
    b"eyJqdGkiOiIxIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9hIiwiaWF0IjoxfQ."
)
_JWE = (
    b"eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImVwayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMjU2IiwieCI6IkFBIiwieSI6IkFB"
    b"In19..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"
)
_URIS = (
    b"https://good.example/cb?a=1", b"http://127.0.0.1:8000/cb", b"https://good.example@evil.example/",
    b"https://good.example/%2e%2e/", b"http://[::1]/cb", b"javascript:alert(1)", b"https://g\xc3\xb6od.example/",
)  # fmt: skip
_REQUEST = (
    b"response_type=code&client_id=app&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&scope=openid+profile&state=s"
    b"&code_challenge=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&code_challenge_method=S256&prompt=none&max_age=1"
)

TARGETS: dict[str, Target] = {
    "assertions": Target(run=assertions, seeds=(_JWT + b"AAAA", b"..", b"e30.e30.")),
    "called": Target(run=called, seeds=_URIS),
    "cookies": Target(run=cookies, seeds=(b"sid=a; sid=b", b"sid=a;b", b"=;=;sid")),
    "details": Target(run=details, seeds=(b'[{"type":"elicense_read","licence_type":"a"}]', b"[]", b"{}")),
    "documents": Target(run=documents, seeds=(b'{"a":1,"a":2}', b"[1e999]", b"\xef\xbb\xbf{}", b"NaN")),
    "encrypted": Target(run=encrypted, seeds=(_JWE, b"e30....", b"....", b"a.b.c.d.e")),
    "form": Target(run=form, seeds=(_REQUEST, b"a=%00", b"a=1&a=2", b"resource=x&resource=y")),
    "key_sets": Target(
        run=key_sets,
        seeds=(b'{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}]}', b'{"keys":[]}'),
    ),
    "metadata": Target(
        run=metadata, seeds=(b"clients:\n  - client_id: a\n    name: b\n", b"clients: [{a: &a [*a]}]")
    ),
    "numbers": Target(
        run=numbers, seeds=(b"010101198504123013", "０１０１01198504123013".encode(), b"91010101MA01DEM07P")
    ),
    "objects": Target(run=objects, seeds=(_JWT + b"AAAA", b"a.b.c.d.e")),
    "proofs": Target(run=proofs, seeds=(_DPOP + b"AAAA", _JWT)),
    "redirects": Target(run=redirects, seeds=_URIS),
    "registered_uris": Target(run=registered_uris, seeds=_URIS),
    "requests": Target(run=requests, seeds=(_REQUEST, b"scope=openid&claims=%7B%22id_token%22%3A%7B%7D%7D")),
    "single_claims": Target(
        run=single_claims,
        seeds=(
            b'{"userinfo":{"age_over_18":{"values":[true,1]}},"id_token":{"acr":{"essential":true,"value":"l2"}}}',
            b'{"id_token":{"sub":{"value":"x"}}}',
            b'{"userinfo":{"name":{"essential":1}}}',
        ),
    ),
    "tokens": Target(run=tokens, seeds=(_JWT + b"AAAA", b"A" * 64)),
    "verifiers": Target(run=verifiers, seeds=(b"A" * 43, b"~" * 128)),
    "wishes": Target(run=wishes, seeds=(b"/a?b", b"//evil.example", b"/\\evil.example", b"zh.1.1")),
    "words": Target(
        run=words, seeds=(b"WDJB-MJHT", "核验码 58".encode(), b"https://x.example", "\u202e58".encode())
    ),
}
