"""RFC 7591 §3.2.2: how a registration is refused."""

import re

import pytest

from idp.oidc.json_body import DEEPEST
from tests.records import nothing_changed, one_event
from tests.registrants import PLAIN, Registrant


def test_a_refusal_is_400_json_that_nobody_stores(program: Registrant) -> None:
    """RFC 7591 §3.2.2: 400, application/json, error and a description in ASCII."""
    with one_event("client.register_refused"), nothing_changed():
        answer = program.post(
            PLAIN | {"client_name": "<b>部门</b>", "policy_uri": 'https://部门.example/"\\'}
        )
    assert answer.status_code == 400
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    description = (answer.json or {})["error_description"]
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", description)


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.org/cb",
        "https://app.example.org/cb#x",
        "https://*.example.org/",
        "app:cb",
        "",
        7,
        None,
    ],
)
def test_a_bad_redirect_uri_has_its_own_code(program: Registrant, uri: object) -> None:
    """RFC 7591 §3.2.2: invalid_redirect_uri."""
    status, code, description = program.refused(redirect_uris=["https://app.example.org/cb", uri])
    assert (status, code) == (400, "invalid_redirect_uri")
    assert "redirect_uris[1]" in description


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_name", "x"),
        ("client_name", ["x"]),
        ("client_uri", "javascript:alert(1)"),
        ("contacts", "ops@app.example.org"),
        ("contacts", ["<b>"]),
        ("contacts", [f"a{number}@x.example" for number in range(6)]),
        ("grant_types", "authorization_code"),
        ("token_endpoint_auth_method", "telepathy"),
        ("token_endpoint_auth_method", "private_key_jwt"),
        ("token_endpoint_auth_method", "none"),
        ("jwks", {"keys": []}),
        ("jwks_uri", "https://10.0.0.1/jwks"),
        ("default_max_age", -1),
        ("default_max_age", True),
        ("default_acr_values", ["gold"]),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("subject_type", "public"),
        ("software_id", "a b"),
        ("application_type", "spaceship"),
    ],
)
def test_other_members_share_one_code_and_the_description_names_the_member(
    program: Registrant, member: str, value: object
) -> None:
    """RFC 7591 §3.2.2: invalid_client_metadata."""
    status, code, description = program.refused(**{member: value})
    assert (status, code) == (400, "invalid_client_metadata")
    assert member in description or member == "token_endpoint_auth_method"


def test_all_faults_are_named_in_one_refusal(program: Registrant) -> None:
    """RFC 7591 §3.2.2: the description helps the developer."""
    _, _, description = program.refused(client_name="<", tos_uri="data:text/html,x", contacts=["x"])
    assert all(name in description for name in ("client_name", "tos_uri", "contacts[0]"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"redirect_uris=https://app.example.org/cb",
        b'{"client_name":"a","client_name":"b"}',
        b'{"jwks":{"keys":[{"kty":"EC","kty":"oct"}]}}',
        b'{"client_name":"\xff\xfe"}',
        '{"client_name":"a"}'.encode("utf-16"),
        b'{"client_name":"\\ud800"}',
        b'{"default_max_age":NaN}',
        b'{"default_max_age":Infinity}',
        b'{"default_max_age":1e400}',
        b'{"default_max_age":' + b"9" * 5000 + b"}",
        b'{"x":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
    ],
    ids=range(18),
)
def test_a_body_that_is_not_one_json_object_is_refused(program: Registrant, body: bytes) -> None:
    """RFC 7591 §3.1: the request is a JSON object, in UTF-8, that everybody reads alike (RFC 7493 §2)."""
    with nothing_changed():
        answer = program.post(body)
    assert answer.status_code == 400
    assert (answer.json or {})["error"] == "invalid_request"


def test_a_body_of_more_than_64_kb_is_refused_unread(program: Registrant) -> None:
    """RFC 7591 §3.1: bounded."""
    assert program.post(b'{"x":"' + b"y" * 70_000 + b'"}').status_code == 413


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "text/json", "", "application/jsonp"]
)
def test_another_media_type_is_refused(program: Registrant, media_type: str) -> None:
    """RFC 7591 §3.1: the content type is application/json."""
    answer = program.http.open(
        "/register", method="POST", base_url="http://127.0.0.1:8080", data=b"{}", content_type=media_type,
        headers={"Authorization": f"Bearer {program.token}"},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "application/json" in (answer.json or {})["error_description"]


def test_the_charset_may_be_said(program: Registrant) -> None:
    """RFC 7591 §3.1: a parameter of the media type changes nothing."""
    answer = program.http.open(
        "/register", method="POST", base_url="http://127.0.0.1:8080",
        data=b'{"redirect_uris":["https://app.example.org/cb"]}',
        content_type="application/json; charset=utf-8",
        headers={"Authorization": f"Bearer {program.token}"},
    )  # fmt: skip
    assert answer.status_code == 201


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_endpoint_takes_post_only(program: Registrant, method: str) -> None:
    """RFC 7591 §3: registration is a POST."""
    answer = program.send(method, "/register")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
