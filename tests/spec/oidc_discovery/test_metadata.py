"""OpenID Connect Discovery 1.0 §3, §4: the metadata is whole and says what the server does."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.actors import ISSUER, Person, Portal, query

PATH = "/.well-known/openid-configuration"
REQUIRED = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
}
RECOMMENDED = {"userinfo_endpoint", "scopes_supported", "claims_supported"}


@pytest.fixture
def metadata(me: Person) -> dict[str, Any]:
    """The metadata as a portal reads it."""
    answer = me.get(PATH)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return dict(answer.json or {})


def test_every_required_and_recommended_member_is_there(metadata: dict[str, Any]) -> None:
    assert set(metadata) >= REQUIRED | RECOMMENDED


def test_the_issuer_is_the_address_of_the_document_without_its_suffix(metadata: dict[str, Any]) -> None:
    assert metadata["issuer"] == ISSUER
    parts = urlsplit(metadata["issuer"])
    assert (parts.query, parts.fragment, parts.username) == ("", "", None)


def test_no_member_is_empty_or_null(metadata: dict[str, Any]) -> None:
    assert [name for name, value in metadata.items() if value in (None, "", [])] == []


def test_every_address_belongs_to_the_issuer(metadata: dict[str, Any]) -> None:
    addresses = [value for name, value in metadata.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) >= 7
    assert all(value.startswith(ISSUER + "/") for value in addresses)


def test_rs256_is_among_the_algorithms_and_none_is_not(metadata: dict[str, Any]) -> None:
    for name, values in metadata.items():
        if name.endswith("alg_values_supported"):
            assert "none" not in values, name
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]


def test_there_is_a_published_key_for_every_announced_algorithm(me: Person, metadata: dict[str, Any]) -> None:
    keys = (me.get("/jwks").json or {})["keys"]
    assert {key["alg"] for key in keys if key["use"] == "sig"} == set(
        metadata["id_token_signing_alg_values_supported"]
    )
    assert len({key["kid"] for key in keys}) == len(keys)


def test_claims_that_are_answered_are_announced(me: Person, tax: Portal, metadata: dict[str, Any]) -> None:
    from tests.actors import decode

    made = me.tokens(tax, scope="openid profile realname age")
    told = me.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"}).json or {}
    assert {*told, *decode(made["id_token"])} <= set(metadata["claims_supported"])


def test_every_announced_scope_is_known_and_no_other(
    me: Person, tax: Portal, metadata: dict[str, Any]
) -> None:
    for scope in {"openid", *metadata["scopes_supported"]}:
        location = me.authorize(tax, scope=f"openid {scope}" if scope != "openid" else scope).location
        assert "error" not in query(location), scope
    assert query(me.authorize(tax, scope="openid email").location)["error"] == "invalid_scope"


def test_every_announced_prompt_is_understood_and_no_other(
    me: Person, tax: Portal, metadata: dict[str, Any]
) -> None:
    for prompt in metadata["prompt_values_supported"]:
        assert query(me.authorize(tax, prompt=prompt).location).get("error") != "invalid_request", prompt
    assert query(me.authorize(tax, prompt="create").location)["error"] == "invalid_request"


def test_every_announced_level_can_be_reached_by_somebody(metadata: dict[str, Any]) -> None:
    from idp import login, sessions
    from idp.base import levels
    from idp.base.clock import now

    best = sessions.Session(
        id="s", person_id="p", ial=4, created_at=now(), seen_at=now(),
        authentications=(("pwd", now()), ("otp", now())), participants={}, address="", agent="",
    )  # fmt: skip
    for acr in metadata["acr_values_supported"]:
        wanted = login.Requirement(level=levels.level_of(acr) or 0)
        assert login.decide(best, wanted, now()).missing == "none", acr


def test_what_is_not_supported_is_refused_by_its_name(me: Person, tax: Portal) -> None:
    assert query(me.authorize(tax, registration="{}").location)["error"] == "registration_not_supported"


def test_locales_are_canonical_language_tags(metadata: dict[str, Any]) -> None:
    assert metadata["ui_locales_supported"] == ["zh-Hans-CN", "en"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_section_4_by_get_and_nothing_else(me: Person, method: str) -> None:
    """OIDC Discovery §4.1: the configuration is asked for by GET."""
    assert me.http.open(PATH, method=method, base_url=ISSUER).status_code == 405
