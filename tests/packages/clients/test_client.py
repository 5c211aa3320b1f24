"""What one registration allows."""

import dataclasses
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from clients import client as rules
from clients.client import Client, SecretHash
from idp.base import clock
from idp.base.secret import digest
from tests import registrations

NATIVE = registrations.clients(
    registrations.native(
        redirect_uris=["http://127.0.0.1/cb", "http://[::1]:1/cb?x=1", "https://app.example/cb"]
    )
)[0]
SECRET = "kept-by-the-portal"


def with_secrets(*secrets: SecretHash) -> Client:
    return dataclasses.replace(registrations.client(), secrets=secrets)


def test_a_client_is_frozen_with_all_it_holds() -> None:
    client = registrations.client()
    with pytest.raises(dataclasses.FrozenInstanceError):
        client.enabled = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        client.legal_basis["openid"] = "consent"  # type: ignore[index]
    with pytest.raises(TypeError):
        client.jwks["keys"] = []  # type: ignore[index]


def test_a_client_prints_no_secret_hash() -> None:
    assert digest(SECRET) not in repr(with_secrets(SecretHash(digest=digest(SECRET))))


@pytest.mark.parametrize("port", ["", ":1", ":8080", ":51004", ":65535"])
def test_a_native_loopback_listener_may_sit_at_any_port(port: str) -> None:
    assert NATIVE.redirect_allowed(f"http://127.0.0.1{port}/cb")
    assert NATIVE.redirect_allowed(f"http://[::1]{port}/cb?x=1")


@pytest.mark.parametrize("port", [":", ":0", ":080", ":65536", ":99999", ":123456", ":8080x", ":-1", ":٣"])
def test_what_is_no_port_is_no_loopback_listener(port: str) -> None:
    assert not NATIVE.redirect_allowed(f"http://127.0.0.1{port}/cb")


def test_the_port_of_a_web_clients_loopback_address_is_fixed() -> None:
    client = registrations.client(redirect_uris=["http://127.0.0.1:8091/callback"])
    assert client.redirect_allowed("http://127.0.0.1:8091/callback")
    assert not client.redirect_allowed("http://127.0.0.1:8092/callback")


def test_the_port_of_a_native_https_link_is_fixed() -> None:
    assert NATIVE.redirect_allowed("https://app.example/cb")
    assert not NATIVE.redirect_allowed("https://app.example:8443/cb")


@given(st.text() | st.sampled_from(["https://good.example/cb"]))
def test_a_web_client_allows_exactly_what_is_registered(uri: str) -> None:
    client = registrations.client(redirect_uris=["https://good.example/cb", "https://good.example/cb?a=b"])
    assert client.redirect_allowed(uri) == (uri in ("https://good.example/cb", "https://good.example/cb?a=b"))


@given(
    st.sampled_from(NATIVE.redirect_uris),
    st.integers(0, 60),
    st.integers(0, 3),
    st.text(st.sampled_from("@:/#?.%\\x19[]*;&=\t\n\x00Aé"), max_size=6),
)
def test_a_changed_native_uri_is_allowed_only_when_its_port_alone_differs(
    base: str, position: int, cut: int, inserted: str
) -> None:
    uri = base[:position] + inserted + base[position + cut :]
    if NATIVE.redirect_allowed(uri):
        shown, known = urlsplit(uri), [urlsplit(registered) for registered in NATIVE.redirect_uris]
        assert (shown.scheme, shown.hostname, shown.path, shown.query, shown.fragment, shown.username) in [
            (one.scheme, one.hostname, one.path, one.query, "", None) for one in known
        ]
        assert uri in NATIVE.redirect_uris or shown.hostname in ("127.0.0.1", "::1")


def test_a_live_secret_matches_and_no_other() -> None:
    client = with_secrets(
        SecretHash(digest=digest("new")), SecretHash(digest=digest("old"), expires_at=clock.now() + 60)
    )
    assert client.secret_matches("new")
    assert client.secret_matches("old")
    assert not client.secret_matches("other")
    assert not client.secret_matches("")
    assert not client.secret_matches("密")
    assert not client.secret_matches("\udc80")


def test_the_hash_itself_does_not_authenticate() -> None:
    assert not with_secrets(SecretHash(digest=digest(SECRET))).secret_matches(digest(SECRET))


@pytest.mark.parametrize("method", ["private_key_jwt", "none"])
def test_a_client_without_secrets_matches_nothing(method: str) -> None:
    client = dataclasses.replace(registrations.client(), token_endpoint_auth_method=method)
    assert not client.secret_matches("")
    assert not client.secret_matches("no client has this secret")


def test_the_public_keys_are_parsed_once() -> None:
    key = ECKey.generate_key("P-256", {"kid": "one"})
    client = registrations.client(
        token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]}
    )
    assert client.key_set().get_by_kid("one").thumbprint() == key.thumbprint()
    assert client.key_set() is client.key_set()


SHOWN = {
    "name": "另一门户",
    "name_en": "Other Portal",
    "organization": "另一单位",
    "organization_en": "Other Bureau",
    "purpose": "另一用途",
    "purpose_en": "Another purpose",
    "retention": "保存三年",
    "retention_en": "Kept for three years",
    "scopes": ["openid", "profile", "realname"],
    "redirect_uris": ["https://other.example/cb"],
    "legal_basis": {"profile": "consent"},
}


@pytest.mark.parametrize("key", SHOWN)
def test_the_fingerprint_changes_with_all_the_citizen_was_shown(key: str) -> None:
    assert registrations.client(**{key: SHOWN[key]}).fingerprint != registrations.client().fingerprint


def test_the_fingerprint_stays_when_nothing_shown_changes() -> None:
    before = registrations.client(scopes=["openid", "profile"])
    after = registrations.client(
        scopes=["profile", "openid"], contact="other@good.example", access_token_lifetime=120,
        redirect_uris=["https://good.example/other"],
    )  # fmt: skip
    assert before.fingerprint == after.fingerprint
    assert before.fingerprint == dataclasses.replace(before, enabled=False).fingerprint


def test_the_same_work_is_done_for_an_unknown_client(monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[str] = []
    same, hashed = rules.same, rules.digest

    def counting_same(left: str, right: str) -> bool:
        work.append("compare")
        return same(left, right)

    def counting_digest(text: str) -> str:
        work.append("hash")
        return hashed(text)

    monkeypatch.setattr(rules, "same", counting_same)
    monkeypatch.setattr(rules, "digest", counting_digest)
    spent = []
    for client in (None, with_secrets(SecretHash(digest=hashed(SECRET))), registrations.client()):
        work.clear()
        rules.secret_matches(client, "wrong")
        spent.append(tuple(work))
    assert set(spent) == {("hash", "compare")}
