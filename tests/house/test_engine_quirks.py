"""The quirks of Authlib that no attack row asks for are overridden, or out of reach (decision 0002)."""

import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from authlib.oauth2.rfc6749 import hooks
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from werkzeug.test import Client as Browser

from idp import settings
from idp.base.clock import now
from idp.gate import Gate
from idp.oidc import grants
from idp.oidc.client_auth import private_key_jwt
from idp.oidc.endpoints import token
from idp.oidc.engine import Server
from tests.actors import ISSUER, Person, Portal, portal
from tests.approving import approve_device, ask_for_codes, kiosk

ROOT = Path(__file__).parents[2]
KEYS: dict[str, Any] = {
    "ES256": ECKey.generate_key("P-256", {"kid": "k"}),
    "ES384": ECKey.generate_key("P-384", {"kid": "k"}),
    "PS256": RSAKey.generate_key(2048, {"kid": "k"}),
    "RS256": RSAKey.generate_key(2048, {"kid": "k"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "k"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "k"}),
}


def test_quirk_02_the_issuer_stands_in_the_fragment(me: Person, stores: None) -> None:
    client = portal("tax", response_modes=("query", "fragment"))
    me.code_for(client)
    location = urlsplit(me.authorize(client, response_mode="fragment").location)
    assert location.query == ""
    assert {"code", "iss", "state"} <= dict(parse_qsl(location.fragment)).keys()


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by RFC 9864; portals still send it
@pytest.mark.parametrize("algorithm", private_key_jwt.ALGORITHMS)
def test_quirk_06_every_announced_algorithm_is_accepted(me: Person, algorithm: str) -> None:
    key = KEYS[algorithm]
    method = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.as_dict(private=False)]}}
    client = portal("signer", **method).client.client_id
    moment = now()
    claims = {
        "iss": client,
        "sub": client,
        "aud": ISSUER,
        "jti": str(uuid4()),
        "iat": moment,
        "exp": moment + 60,
    }
    assertion = jwt.encode({"alg": algorithm, "kid": "k"}, claims, key, algorithms=[algorithm])
    form = {"client_assertion_type": private_key_jwt.ASSERTION_TYPE, "client_assertion": assertion}
    answer = me.post("/token", {"grant_type": "refresh_token", "refresh_token": "x", **form})
    # Authentication held: the request fails later, for its refresh token.
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")


def test_quirk_09_no_grant_has_an_extension_or_a_hook(
    monkeypatch: pytest.MonkeyPatch, me: Person, tax: Portal
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a hook was registered")

    monkeypatch.setattr(hooks.Hookable, "register_hook", refuse)
    assert [extensions for _, extensions in token._server._token_grants] == [None] * len(grants.REGISTER)
    assert me.tokens(tax)["access_token"]


def test_quirk_11_plain_http_behind_a_proxy_is_no_defect(app: Flask, stores: None) -> None:
    before = settings.current()
    conf = settings.use(before.model_copy(update={"issuer": "http://id.prov01.example"}))
    try:
        answer = Browser(Gate(app.wsgi_app, conf, {})).post(
            "/token", base_url=conf.issuer, data={"grant_type": "refresh_token", "client_id": "nobody"}
        )
    finally:
        settings.use(before)
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_quirk_13_a_device_gets_no_scope_that_its_client_may_not_have(me: Person, stores: None) -> None:
    device = ask_for_codes(me, kiosk(scopes=("openid",)), scope="openid realname")
    approve_device(me, device)
    assert (device.poll().json or {})["scope"] == "openid"


def test_quirk_15_a_nonce_may_be_used_again(me: Person, tax: Portal) -> None:
    assert me.tokens(tax, nonce="same")["id_token"] != me.tokens(tax, nonce="same")["id_token"]


def test_quirk_16_the_library_makes_no_token(
    monkeypatch: pytest.MonkeyPatch, me: Person, tax: Portal
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the library was asked for a token")

    monkeypatch.setattr(Server, "generate_token", refuse)
    monkeypatch.setattr("authlib.common.security.generate_token", refuse)
    monkeypatch.setattr("authlib.oauth2.rfc6749.grants.authorization_code.generate_token", refuse)
    first = me.tokens(tax)["refresh_token"]
    assert me.token(tax, {"grant_type": "refresh_token", "refresh_token": first}).status_code == 200


def test_the_deprecated_part_of_the_library_is_not_used() -> None:
    pattern = r"authlib\.jose|authlib\.integrations\.flask_oauth2"
    command = ["git", "-C", str(ROOT), "grep", "-lE", pattern, "--", "idp"]
    assert subprocess.run(command, capture_output=True, check=False).stdout == b""


def test_every_test_the_decision_names_exists() -> None:
    text = (ROOT / "docs" / "decisions" / "0002-authlib-as-engine.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", text))
    written = {
        name for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }  # fmt: skip
    assert len(named) > 17
    assert named - written == set()
