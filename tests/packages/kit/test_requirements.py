"""What a resource may ask, and how it tells what is missing (RFC 6750 §3, RFC 9470 §3)."""

import json
import time
from typing import Any

import flask
import pytest
import resource_server.flask
from resource_server import ENVIRON_KEY, Refused, Requirement
from werkzeug.test import Client, TestResponse

from tests.packages.kit.issuer import Forge, request, server


def refusal(requirement: Requirement, **changes: Any) -> Refused:
    forge = Forge()
    with pytest.raises(Refused) as error:
        server(forge).token(request(forge.token(**changes)), requirement)
    return error.value


def test_a_missing_scope_is_named() -> None:
    refused = refusal(Requirement(scope="data.query data.write"))
    assert (refused.status, refused.code) == (403, "insufficient_scope")
    assert 'scope="data.query data.write"' in refused.challenge("Bearer")


def test_a_login_too_weak_or_too_old_is_told_what_would_do() -> None:
    weak = refusal(Requirement(acr="urn:gov-sso:acr:l3"))
    assert (weak.status, weak.code) == (401, "insufficient_user_authentication")
    assert 'acr_values="urn:gov-sso:acr:l3"' in weak.challenge("Bearer")
    old = refusal(Requirement(acr="urn:gov-sso:acr:l2", max_age=60))
    assert 'max_age="60"' in old.challenge("Bearer")
    assert "acr_values" not in old.challenge("Bearer")


@pytest.mark.parametrize(
    "changes", [{"acr": None}, {"acr": "urn:other:l4"}, {"auth_time": None}, {"auth_time": "1"}]
)
def test_what_the_token_does_not_say_is_not_assumed(changes: dict[str, Any]) -> None:
    refused = refusal(Requirement(acr="urn:gov-sso:acr:l1", max_age=3600), **changes)
    assert refused.code == "insufficient_user_authentication"


def test_acting_for_another_can_be_forbidden() -> None:
    assert refusal(Requirement(acting=False), act={"sub": "clerk"}).status == 403


def test_an_unknown_level_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="levels"):
        Requirement(acr="l9")


def ask(application: Any, token: str | None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(application).get("/returns", base_url="https://api.example.gov", headers=headers)


def test_a_wsgi_application_gets_the_token_and_strangers_a_challenge() -> None:
    forge = Forge()

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [environ[ENVIRON_KEY].subject.encode()]

    guarded = server(forge).protect(application, Requirement(scope="data.query"))
    assert ask(guarded, forge.token()).text == "person"
    refused = ask(guarded, None)
    assert refused.status_code == 401
    assert refused.headers.getlist("WWW-Authenticate") == ["Bearer", 'DPoP algs="ES256 PS256 EdDSA Ed25519"']
    assert ask(guarded, forge.token(scope="openid")).status_code == 403


def test_a_flask_view_gets_the_token_and_strangers_a_challenge() -> None:
    forge, application = Forge(), flask.Flask("api")

    @application.get("/returns")
    @resource_server.flask.require(server(forge), Requirement(max_age=3600))
    def returns() -> str:
        return str(flask.g.access_token.subject)

    assert ask(application, forge.token()).text == "person"
    refused = ask(application, forge.token(exp=1))
    assert (refused.status_code, json.loads(refused.data)["error"]) == (401, "invalid_token")
    assert ask(application, forge.token(auth_time=int(time.time()) - 7200)).status_code == 401


def test_while_no_keys_can_be_had_nobody_is_let_in() -> None:
    forge = Forge()
    forge.down = True
    answer = ask(server(forge).protect(lambda *_: [b""]), forge.token())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
