"""Questions of a portal's own server: tokens, pushed requests, UserInfo, introspection, revocation."""

import base64
import json
from typing import Any

from joserfc.jwk import ECKey

from tests.validation.kinds import kind
from tests.validation.server import Client, Server, told
from tests.wire import Answer, Request, exchange


@kind
def redeem(
    server: Server, *, client: str = "plain", by: str = "", then: str = "", asked: Any = None, **changes: Any
) -> str:
    """A fresh code at the token endpoint; ``then`` names what is looked at in a good answer."""
    owner = server.clients[client]
    answer = server.redeem(server.clients[by or client], server.code(owner, **(asked or {})), **changes)
    if not then or answer.status != 200:
        return told(answer)
    if then == "cache":
        return answer.header("cache-control")
    body = json.loads(answer.body)
    return str(body.get(then) or _claims(body["id_token"]).get(then) or "missing")


@kind
def redeem_again(server: Server, *, client: str = "plain", then: str = "") -> str:
    """A code twice; ``then`` tries the access token of the first time."""
    owner = server.clients[client]
    code = server.code(owner)
    tokens = json.loads(server.redeem(owner, code).body)
    again = server.redeem(owner, code)
    return told(server.userinfo(f"Bearer {tokens['access_token']}")) if then else told(again)


@kind
def token(server: Server, *, client: str = "plain", **form: Any) -> str:
    """A token request without a code."""
    return told(server.token(server.clients[client], form))


@kind
def authenticate(
    server: Server,
    *,
    secret: str = "",
    client_id: str = "",
    header: bool = True,
    challenge: bool = False,
    method: str = "POST",
    media: str = "application/x-www-form-urlencoded",
    place: str = "",
    form: Any = None,
) -> str:
    """A refresh with another credential, in another place, of another kind."""
    known = server.clients["plain"]
    shows = Client(client_id=client_id or known.client_id, secret=secret or known.secret)
    pair = {"client_id": shows.client_id, "client_secret": shows.secret}
    sent = {"grant_type": "refresh_token", "refresh_token": "unknown"} | (form or {})
    sent |= pair if place == "form" else {}
    url = server.url("token") + ("?" + "&".join(map("=".join, pair.items())) if place == "query" else "")
    body = json.dumps(sent) if media == "application/json" else "&".join(map("=".join, sent.items()))
    headers = {"Content-Type": media} | (server.basic(shows) if header else {})
    answer = exchange(Request(method=method, url=url, headers=headers, body=body.encode()))
    if challenge:
        return answer.header("www-authenticate").partition(" ")[0] or "none"
    return told(answer) if method == "POST" else _method_refused(answer)


@kind
def refresh(server: Server, *, client: str = "plain", by: str = "", again: bool = False, **form: Any) -> str:
    """The refresh token of a whole flow."""
    owner = server.clients[client]
    held = server.tokens(owner)["refresh_token"]
    sent = {"grant_type": "refresh_token", "refresh_token": held, **form}
    answer = server.token(server.clients[by or client], sent)
    return told(server.token(owner, sent) if again else answer)


@kind
def userinfo(server: Server, *, place: str = "header", token: str = "") -> str:
    """The person's claims, asked with the access token in one place, in two, or in none."""
    held = token or server.tokens(server.clients["plain"])["access_token"]
    header = f"Bearer {held}" if place in ("header", "both") else ""
    if place in ("body", "both"):
        answer = server.post(
            "userinfo", {"access_token": held}, **({"Authorization": header} if header else {})
        )
    elif place == "query":
        answer = exchange(Request(url=f"{server.url('userinfo')}?access_token={held}"))
    else:
        answer = server.userinfo(header)
    return told(answer)


@kind
def userinfo_challenge(server: Server) -> str:
    """The challenge to a request without any token."""
    answer = server.userinfo()
    challenge = answer.header("www-authenticate")
    named = "with an error" if "error=" in challenge else "without an error"
    return f"{answer.status} {challenge.partition(' ')[0]} {named}"


@kind
def push(
    server: Server, *, client: str = "bank", assertion: Any = None, method: str = "POST", **changes: Any
) -> str:
    """A pushed request; ``assertion`` changes the client's, ``foreign`` in it signs with another key."""
    asking, changed = server.clients[client], dict(assertion or {})
    if changed.pop("foreign", False):
        changed["key"] = ECKey.generate_key("P-256")
    if method != "POST":
        return _method_refused(
            exchange(Request(method=method, url=server.url("pushed_authorization_request")))
        )
    return told(server.push(asking, asking.request(**changes), **changed))


@kind
def push_without_credentials(server: Server) -> str:
    """A pushed request of a client that shows nothing."""
    return told(server.post("pushed_authorization_request", server.clients["bank"].request()))


@kind
def push_twice_with_one_assertion(server: Server) -> str:
    """The same assertion in two requests."""
    client = server.clients["bank"]
    form = client.request() | server.assertion(client)
    server.post("pushed_authorization_request", form)
    return told(server.post("pushed_authorization_request", form))


@kind
def introspect(server: Server, *, token: str = "", anonymous: bool = False) -> str:
    """Whether a token is good."""
    client = server.clients["plain"]
    held = token or server.tokens(client)["access_token"]
    answer = server.post("introspection", {"token": held}, **({} if anonymous else server.basic(client)))
    if answer.status != 200:
        return told(answer)
    body = json.loads(answer.body)
    return "active" if body["active"] else f"not active, {len(body)} member"


@kind
def revoke(server: Server, *, token: str = "", by: str = "plain", then: str = "") -> str:
    """A token is given back; ``then`` tries it."""
    held = token or server.tokens(server.clients["plain"])["access_token"]
    answer = server.post("revocation", {"token": held}, **server.basic(server.clients[by]))
    return told(server.userinfo(f"Bearer {held}")) if then else told(answer)


def _method_refused(answer: Answer) -> str:
    return "refused" if 400 <= answer.status < 500 else str(answer.status)


def _claims(text: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "==")))
