"""Checklist A5 to A8: the plans of logging out, each a whole flow."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from idp import keyring
from idp.base.clock import now
from idp.logout import jobs
from tests.actors import ISSUER, Person, Portal, decode, portal, query
from tests.sink import sink
from tests.webface import csrf

BYE = "https://tax.example.gov/bye"
STATE = "x" * 128
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def leave(person: Person, **parameters: str) -> TestResponse:
    """The logout request of a portal, as far as it goes without a click."""
    answer = person.get("/end_session?" + urlencode(parameters))
    return person.get(answer.location) if answer.status_code == 303 else answer


def silent(person: Person, client: Portal) -> dict[str, str]:
    """What prompt=none is answered afterwards."""
    return query(person.authorize(client, prompt="none").location)


def test_oidcc_logout_discovery_endpoint_verification(me: Person) -> None:
    """A5 to A8 discovery: the endpoint, the frame, and what portals are told by."""
    told = me.get("/.well-known/openid-configuration").json or {}
    assert told["end_session_endpoint"] == f"{ISSUER}/end_session"
    assert told["check_session_iframe"] == f"{ISSUER}/check_session"
    for kind in ("frontchannel", "backchannel"):
        assert told[f"{kind}_logout_supported"] is True
        assert told[f"{kind}_logout_session_supported"] is True


def test_oidcc_rp_initiated_logout(me: Person, tax: Portal) -> None:
    """A5 oidcc-rp-initiated-logout: back with the state and nothing else; then nobody is logged in."""
    hint = me.tokens(tax)["id_token"]
    answer = leave(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state=STATE)
    assert (answer.status_code, answer.location) == (303, f"{BYE}?state={STATE}")
    assert silent(me, tax)["error"] == "login_required"


def test_oidcc_rp_initiated_logout_no_state(me: Person, tax: Portal) -> None:
    """A5 -no-state: back without a state."""
    hint = me.tokens(tax)["id_token"]
    assert leave(me, id_token_hint=hint, post_logout_redirect_uri=BYE).location == BYE


def _unsigned(hint: str) -> dict[str, str]:
    return {"id_token_hint": f"eyJhbGciOiJub25lIn0.{hint.split('.')[1]}.", "post_logout_redirect_uri": BYE}


def _foreign(hint: str) -> dict[str, str]:
    swapped = decode(hint) | {"iss": "tax", "aud": ISSUER}
    forged = jwt.encode({"alg": "ES256"}, swapped, ECKey.generate_key("P-256"))
    return {"id_token_hint": forged, "post_logout_redirect_uri": BYE}


ASTRAY: dict[str, Callable[[str], dict[str, str]]] = {
    "bad-post-logout-redirect-uri": lambda hint: {
        "id_token_hint": hint, "post_logout_redirect_uri": "https://tax.example.gov/other"
    },
    "query-added": lambda hint: {"id_token_hint": hint, "post_logout_redirect_uri": BYE + "?foo=bar"},
    "modified-id-token-hint": _unsigned,
    "bad-id-token-hint": _foreign,
}  # fmt: skip


@pytest.mark.parametrize("row", ASTRAY)
def test_oidcc_rp_initiated_logout_without_a_way_back(me: Person, tax: Portal, row: str) -> None:
    """A5 -bad-post-logout-redirect-uri, -query-added, -modified-, -bad-id-token-hint: a page."""
    answer = leave(me, state=STATE, **ASTRAY[row](me.tokens(tax)["id_token"]))
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)
    assert answer.content_type.startswith("text/html")
    assert "code" in silent(me, tax)


HERE: dict[str, Callable[[str], dict[str, str]]] = {
    "no-id-token-hint": lambda _: {"post_logout_redirect_uri": BYE, "state": STATE},
    "no-params": lambda _: {},
    "no-post-logout-redirect-uri": lambda hint: {"id_token_hint": hint, "state": STATE},
    "only-state": lambda _: {"state": STATE},
}


@pytest.mark.parametrize("row", HERE)
def test_oidcc_rp_initiated_logout_ends_here(me: Person, tax: Portal, row: str) -> None:
    """A5 -no-id-token-hint, -no-params, -no-post-logout-redirect-uri, -only-state: our own last page."""
    asked = HERE[row](me.tokens(tax)["id_token"])
    path = me.get("/end_session?" + urlencode(asked)).location
    answer = me.get(path)
    if answer.status_code == 200:
        assert "id_token_hint" not in asked
        answer = me.post(path, {"csrf_token": csrf(answer.text)})
    assert answer.location.startswith("/logout/done/")
    assert me.get(answer.location).status_code == 200
    assert silent(me, tax)["error"] == "login_required"


def test_oidcc_frontchannel_rp_initiated_logout(me: Person) -> None:
    """A6: the portal's frame with issuer and sid, then on to the portal with its state."""
    tax = portal(
        "tax",
        frontchannel_logout_uri="https://tax.example.gov/out",
        frontchannel_logout_session_required=True,
    )
    hint = me.tokens(tax)["id_token"]
    page = leave(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state=STATE).text
    (frame,) = (unescape(uri) for uri in re.findall(r'<iframe src="([^"]+)"', page))
    assert frame.startswith("https://tax.example.gov/out?")
    assert query(frame) == {"iss": ISSUER, "sid": decode(hint)["sid"]}
    assert f'id="continue" href="{BYE}?state={STATE}"' in page
    assert silent(me, tax)["error"] == "login_required"


def test_oidcc_backchannel_rp_initiated_logout(me: Person) -> None:
    """A7: one posted member, a logout token of the ID token's person and session; then back."""
    with sink() as listening:
        tax = portal("tax", backchannel_logout_uri=listening.uri, backchannel_logout_session_required=True)
        hint = me.tokens(tax)["id_token"]
        answer = leave(me, id_token_hint=hint, post_logout_redirect_uri=BYE, state=STATE)
        assert jobs.deliver_due() == 1
        (form,) = listening.forms
    assert answer.location == f"{BYE}?state={STATE}"
    assert form.keys() == {"logout_token"}
    told = keyring.verify(form["logout_token"][0], typ="logout+jwt")
    identity = decode(hint)
    assert (told["iss"], told["aud"], told["events"]) == (ISSUER, "tax", {EVENT: {}})
    assert (told["sub"], told["sid"]) == (identity["sub"], identity["sid"])
    assert now() - 86400 < told["iat"] <= now()
    assert told["jti"]
    assert "nonce" not in told
    assert silent(me, tax)["error"] == "login_required"
