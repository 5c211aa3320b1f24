"""RFC 9728: protected resources say what they want."""

import re
from typing import Any

import pytest
from flask import Flask

from idp.oidc import dpop
from tests.actors import ISSUER, Person, portal
from tests.possession import proxied

PLACE = "/.well-known/oauth-protected-resource"


def told(person: Person, path: str = "") -> dict[str, Any]:
    answer = person.get(PLACE + path)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return dict(answer.json or {})


@pytest.mark.parametrize("path", ["", "/userinfo"])
def test_3_1_the_well_known_path_stands_before_that_of_the_resource(me: Person, path: str) -> None:
    """RFC 9728 §3.1, §3.3: the resource in the document is the one whose address led to it."""
    assert told(me, path)["resource"] == ISSUER + path


def test_2_it_names_who_issues_tokens_and_how_they_are_shown(me: Person) -> None:
    """RFC 9728 §2: authorization_servers, bearer_methods_supported, scopes_supported."""
    document = told(me, "/userinfo")
    assert document["authorization_servers"] == [ISSUER]
    assert document["bearer_methods_supported"] == ["header", "body"]
    assert "query" not in document["bearer_methods_supported"]
    assert {"openid", "profile"} <= set(document["scopes_supported"])


def test_2_it_names_what_tokens_may_be_bound_to(app: Flask, me: Person) -> None:
    """RFC 9728 §2: dpop_signing_alg_values_supported, tls_client_certificate_bound_access_tokens."""
    document = told(me)
    assert document["dpop_signing_alg_values_supported"] == list(dpop.ALGORITHMS)
    assert document["dpop_bound_access_tokens_required"] is False
    assert document["tls_client_certificate_bound_access_tokens"] is False
    with proxied(app) as outside:
        assert told(outside)["tls_client_certificate_bound_access_tokens"] is True


def test_2_no_member_is_empty(me: Person) -> None:
    """RFC 9728 §2: members without a value are left out."""
    assert [name for name, value in told(me).items() if value in ([], "", None)] == []


def test_3_1_a_resource_that_is_none_has_no_document(me: Person) -> None:
    """RFC 9728 §3.1: nothing is described that is not protected here."""
    for path in ("/token", "/userinfo/", "/x"):
        assert me.get(PLACE + path).status_code == 404


def test_4_the_authorization_server_lists_them(me: Person) -> None:
    """RFC 9728 §4: protected_resources in the authorization server's metadata."""
    document = me.get("/.well-known/oauth-authorization-server").json or {}
    assert document["protected_resources"] == [told(me, path)["resource"] for path in ("", "/userinfo")]


def test_5_1_the_challenge_leads_to_the_document(me: Person) -> None:
    """RFC 9728 §5.1: resource_metadata in WWW-Authenticate is the address of the metadata."""
    answer = me.get("/userinfo")
    for one in answer.headers.getlist("WWW-Authenticate"):
        found = re.search(r'resource_metadata="([^"]+)"', one)
        assert found is not None
        assert me.get(found[1].removeprefix(ISSUER)).json == told(me, "/userinfo")


def test_3_2_everybody_may_read_it_and_keep_it_for_a_while(me: Person) -> None:
    """RFC 9728 §3.2: a public document."""
    portal("tax")
    answer = me.get(PLACE)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in answer.headers["Cache-Control"]


def test_3_2_it_is_json(me: Person) -> None:
    """RFC 9728 §3.2: 200 and application/json; §3.1: by GET."""
    answer = me.get(PLACE + "/userinfo")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert me.post(PLACE + "/userinfo").status_code == 405
