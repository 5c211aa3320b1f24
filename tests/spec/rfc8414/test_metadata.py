"""RFC 8414: what is announced works, and what is not announced is refused (attack book E17)."""

import json
from typing import Any

import pytest

from tests.actors import ISSUER, Person, Portal, query

PATH = "/.well-known/oauth-authorization-server"


@pytest.fixture
def metadata(me: Person) -> dict[str, Any]:
    """The metadata as a client reads it."""
    return dict(me.get(PATH).json or {})


def test_section_3_the_document_is_the_same_at_both_addresses(me: Person) -> None:
    assert me.get(PATH).data == me.get("/.well-known/openid-configuration").data


def test_section_3_3_the_issuer_is_identical_to_the_one_asked_for(metadata: dict[str, Any]) -> None:
    assert metadata["issuer"] == ISSUER


def test_section_2_every_announced_endpoint_answers(me: Person, metadata: dict[str, Any]) -> None:
    for name, address in metadata.items():
        if name.endswith(("_endpoint", "_uri")):
            path = address.removeprefix(ISSUER)
            assert me.get(path).status_code != 404, name
            assert me.get(path + "/x").status_code in (400, 401, 404), name


@pytest.mark.parametrize("endpoint", ["token", "revocation", "introspection"])
def test_section_2_every_announced_client_authentication_is_asked_for(
    me: Person, tax: Portal, metadata: dict[str, Any], endpoint: str
) -> None:
    announced = metadata[f"{endpoint}_endpoint_auth_methods_supported"]
    assert ("none" in announced) == (endpoint != "introspection")
    assert set(announced) <= {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}
    path = metadata[f"{endpoint}_endpoint"].removeprefix(ISSUER)
    form = {"token": "x", "grant_type": "refresh_token", "refresh_token": "x"}
    assert me.post(path, form, headers=tax.basic).status_code != 401
    assert me.post(path, form, headers={"Authorization": "Digest x"}).status_code == 401
    assert me.post(path, {**form, "client_id": "tax"}).status_code == 401


def test_section_2_every_announced_grant_is_served_and_no_other(
    me: Person, tax: Portal, metadata: dict[str, Any]
) -> None:
    def refusal(grant: str) -> str:
        return str((me.token(tax, {"grant_type": grant}).json or {})["error"])

    for grant in metadata["grant_types_supported"]:
        assert refusal(grant) != "unsupported_grant_type", grant
    for grant in (
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
    ):
        assert refusal(grant) == "unsupported_grant_type", grant


def test_section_2_every_announced_response_type_is_served_and_no_other(
    me: Person, tax: Portal, metadata: dict[str, Any]
) -> None:
    assert metadata["response_types_supported"] == ["code", "code id_token"]
    assert "error" not in query(me.authorize(tax).location)
    for other in ("token", "id_token", "code id_token", "none"):
        assert query(me.authorize(tax, response_type=other).location)["error"] == "unsupported_response_type"


def test_section_2_every_announced_challenge_method_is_served_and_no_other(
    me: Person, tax: Portal, metadata: dict[str, Any]
) -> None:
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert query(me.authorize(tax, code_challenge_method="plain").location)["error"] == "invalid_request"


def test_section_2_every_announced_response_mode_can_be_registered(metadata: dict[str, Any]) -> None:
    from tests.registrations import client

    for mode in metadata["response_modes_supported"]:
        assert client(response_modes=[mode]).response_modes == (mode,)


def test_section_2_lists_hold_no_value_twice(metadata: dict[str, Any]) -> None:
    for name, value in metadata.items():
        if isinstance(value, list):
            assert len(set(value)) == len(value), name


def test_section_3_2_the_answer_is_json_and_may_be_cached(me: Person) -> None:
    answer = me.get(PATH)
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    json.loads(answer.data)


def test_section_2_the_required_members_are_there(metadata: dict[str, Any]) -> None:
    """RFC 8414 §2: issuer, the endpoints of the grants that are served, response_types_supported."""
    required = {"issuer", "authorization_endpoint", "token_endpoint", "response_types_supported"}
    assert required <= metadata.keys()


def test_section_2_no_client_is_told_to_sign_with_nothing(metadata: dict[str, Any]) -> None:
    """RFC 8414 §2: none is in no list of algorithms, and methods by JWT come with their algorithms."""
    for endpoint in ("token", "revocation", "introspection"):
        algorithms = metadata[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert algorithms
        assert "none" not in algorithms


def test_section_3_2_members_without_a_value_are_left_out(metadata: dict[str, Any]) -> None:
    """RFC 8414 §3.2: claims with zero elements are omitted; values are JSON of the described kind."""
    assert [name for name, value in metadata.items() if value in (None, "", [], {})] == []
    for name, value in metadata.items():
        if name.endswith("_supported") and not isinstance(value, bool):
            assert isinstance(value, list), name


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_section_3_1_the_document_is_asked_for_by_get(me: Person, method: str) -> None:
    """RFC 8414 §3.1: by an HTTP GET request."""
    assert me.http.open(PATH, method=method, base_url=ISSUER).status_code == 405
