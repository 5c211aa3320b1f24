"""Questions of a browser, and of whoever reads what is published."""

import json
import time
from typing import Any

from joserfc.jwk import ECKey

from tests.interop.browserless import Browser
from tests.validation.kinds import kind
from tests.validation.server import Server, query, shown, without_none
from tests.wire import Request, exchange


@kind
def metadata(server: Server, member: str, has: str = "", issuer: bool = False) -> str:
    """A member of the discovery document: there, having a value, or exactly the issuer."""
    value = server.metadata.get(member)
    if issuer:
        return "exact" if value == server.issuer else "another"
    if has:
        return "listed" if has in (value or ()) else "not listed"
    return json.dumps(value) if isinstance(value, bool) else "there" if value is not None else "missing"


@kind
def well_known(server: Server, path: str) -> str:
    """A document at a well-known path."""
    answer = exchange(Request(url=server.issuer + path))
    return (
        f"{answer.status} {answer.header('content-type').partition(';')[0]}"
        if answer.status == 200
        else str(answer.status)
    )


@kind
def published_keys(server: Server) -> str:
    """What is in the key set."""
    keys = json.loads(exchange(Request(url=server.metadata["jwks_uri"])).body)["keys"]
    secret = {"d", "p", "q", "dp", "dq", "qi", "k"}
    return (
        "public, each with a kid"
        if all("kid" in key and not secret & key.keys() for key in keys)
        else "not so"
    )


@kind
def authorize(
    server: Server,
    *,
    client: str = "plain",
    stranger: bool = False,
    method: str = "GET",
    twice: str = "",
    show: str = "",
    **changes: Any,
) -> str:
    """An authorization request by a browser that is logged in, unless it is a stranger's."""
    asking = server.clients[client]
    asked = list(asking.request(**changes).items())
    asked += [(name, value) for name, value in asked if name == twice]
    answer = server.open(asked, Browser() if stranger else None, method)
    if show:
        return query(answer.header("location")).get(show, "missing").replace(server.issuer, "the issuer")
    return shown(answer, asking)


@kind
def reference(server: Server, *, by: str = "bank", again: bool = False, **beside: str) -> str:
    """A pushed request opened by a client, or a second time after it was answered."""
    owner = server.clients["bank"]
    held = json.loads(server.push(owner, owner.request()).body)["request_uri"]
    asked = {"client_id": server.clients[by].client_id, "request_uri": held, **beside}
    answer = server.open(asked)
    if beside:
        return query(answer.header("location")).get("state", "missing")
    return shown(server.open(asked) if again else answer, owner)


@kind
def signed(
    server: Server, *, claims: Any = None, header: Any = None, foreign: bool = False, **beside: Any
) -> str:
    """A request as an object, its claims, header or key changed, or parameters beside it."""
    client, moment = server.clients["signer"], int(time.time())
    said = client.request() | {
        "iss": client.client_id,
        "aud": server.issuer,
        "nbf": moment,
        "exp": moment + 300,
    }
    head = {"typ": "oauth-authz-req+jwt"} | (header or {})
    text = client.signed(
        without_none(said | (claims or {})), head, ECKey.generate_key("P-256") if foreign else None
    )
    usual = {
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": client.redirect_uri,
        "state": "outside",
    }
    asked = {"client_id": client.client_id, **usual, "request": text, **beside}
    return shown(server.open(asked), client)


@kind
def end_session(server: Server, *, hint: str = "", **parameters: str) -> str:
    """The visitor's browser at the logout endpoint, with a hint of its own or what is none."""
    client = server.clients["plain"]
    known = {"id_token_hint": server.tokens(client)["id_token"]} if hint == "own" else {}
    known |= {"id_token_hint": hint} if hint not in ("", "own") else {}
    asked = "&".join(map("=".join, (known | parameters).items()))
    answer = exchange(server.browser.open(f"{server.url('end_session')}?{asked}"))
    if answer.header("location").startswith("https://"):
        return "back at once"
    if 300 <= answer.status < 400:
        answer = exchange(server.browser.open(server.issuer + answer.header("location")))
    return "asks the person" if answer.status == 200 and "<form" in answer.text else f"page {answer.status}"
