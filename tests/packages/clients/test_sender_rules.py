"""By what a registration binds tokens, and by which certificate a client is known."""

import pytest
from cryptography import x509

from clients import manifest
from idp.settings import Settings, settings
from tests.possession import certify
from tests.registrations import client, entry, native, refusal, service_entry

SHOWN = certify("portal")


def problems(**changes: object) -> list[str]:
    refused = refusal(entry(**changes))
    return [one.split(": ", 2)[2] for one in refused.problems] if refused else []


def by_name(**names: str) -> dict[str, object]:
    return {"token_endpoint_auth_method": "tls_client_auth", **names}


@pytest.fixture
def authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that knows who issues certificates."""
    real = manifest._terms
    monkeypatch.setattr(manifest, "_terms", lambda: _with_authorities(real()))


def _with_authorities(terms: object) -> object:
    from dataclasses import replace

    return replace(terms, authorities=True)  # type: ignore[type-var]


def test_tokens_are_bound_in_one_way_or_not_at_all() -> None:
    assert client(dpop_bound_access_tokens=True).dpop_bound_access_tokens
    assert client(tls_client_certificate_bound_access_tokens=True).tls_client_certificate_bound_access_tokens
    both = problems(dpop_bound_access_tokens=True, tls_client_certificate_bound_access_tokens=True)
    assert both == [
        "dpop_bound_access_tokens: cannot stand beside tls_client_certificate_bound_access_tokens"
    ]


def test_apps_on_phones_may_be_bound_too() -> None:
    assert refusal(native(dpop_bound_access_tokens=True)) is None


@pytest.mark.parametrize(
    "names",
    [
        {"tls_client_auth_subject_dn": "CN=portal,O=示范市政务服务局,C=CN"},
        {"tls_client_auth_san_dns": "portal.demo.example"},
        {"tls_client_auth_san_uri": "urn:demo:portal"},
        {"tls_client_auth_san_ip": "192.0.2.7"},
        {"tls_client_auth_san_ip": "2001:db8::7"},
        {"tls_client_auth_san_email": "portal@demo.example"},
    ],
)
def test_a_client_is_known_by_one_name_of_its_certificate(authorities: None, names: dict[str, str]) -> None:
    assert problems(**by_name(**names)) == []


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ({}, "tls_client_auth_subject_dn"),
        (
            {"tls_client_auth_subject_dn": "CN=a", "tls_client_auth_san_dns": "a.example"},
            "tls_client_auth_subject_dn",
        ),
        ({"tls_client_auth_subject_dn": "portal"}, "tls_client_auth_subject_dn"),
        ({"tls_client_auth_subject_dn": "CN="}, "tls_client_auth_subject_dn"),
        ({"tls_client_auth_subject_dn": "XX=a"}, "tls_client_auth_subject_dn"),
        ({"tls_client_auth_subject_dn": "CN=" + "a" * 600}, "tls_client_auth_subject_dn"),
        ({"tls_client_auth_subject_dn": "CN=a\n"}, "tls_client_auth_subject_dn"),
        ({"tls_client_auth_san_dns": "*.demo.example"}, "tls_client_auth_san_dns"),
        ({"tls_client_auth_san_dns": "Portal.demo.example"}, "tls_client_auth_san_dns"),
        ({"tls_client_auth_san_uri": "portal"}, "tls_client_auth_san_uri"),
        ({"tls_client_auth_san_ip": "192.0.2.0/24"}, "tls_client_auth_san_ip"),
        ({"tls_client_auth_san_email": "portal"}, "tls_client_auth_san_email"),
        ({"tls_client_auth_san_email": "a@b@demo.example"}, "tls_client_auth_san_email"),
    ],
)  # fmt: skip
def test_by_one_of_the_right_form(authorities: None, names: dict[str, str], key: str) -> None:
    (problem,) = problems(**by_name(**names))
    assert problem.startswith(f"{key}: ")


def test_without_authorities_nobody_is_known_by_name() -> None:
    (problem,) = problems(**by_name(tls_client_auth_subject_dn="CN=portal"))
    assert problem.startswith("token_endpoint_auth_method: this server knows no authority")


def test_a_name_is_for_the_method_that_reads_it() -> None:
    (problem,) = problems(tls_client_auth_subject_dn="CN=portal")
    assert problem == "tls_client_auth_subject_dn: is for tls_client_auth only"


def test_a_self_signed_certificate_stands_with_its_key() -> None:
    method = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
    assert client(**method, jwks={"keys": [SHOWN.jwk]}).jwks["keys"][0]["x5c"]
    assert client(**method, jwks_uri="https://good.example/jwks").jwks_uri
    bare = {name: value for name, value in SHOWN.jwk.items() if name != "x5c"}
    for keys in ({"jwks": {"keys": [bare]}}, {}):
        (problem,) = problems(**method, **keys)
        assert problem.startswith("jwks: must hold a key with its certificate")


@pytest.mark.parametrize(
    "x5c",
    [[], "MII", [1], ["MII"], ["%%%"], [certify("other").jwk["x5c"][0]], SHOWN.jwk["x5c"] * 6, ["A" * 9000]],
)
def test_a_certificate_is_one_and_of_that_key(x5c: object) -> None:
    method = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
    (problem,) = problems(**method, jwks={"keys": [SHOWN.jwk | {"x5c": x5c}]})
    assert problem.startswith("jwks: keys[0] ")


def test_a_server_that_sees_no_certificates_takes_no_registration_that_needs_them() -> None:
    wanting = [
        service_entry(tls_client_certificate_bound_access_tokens=True),
        service_entry(
            client_id="b",
            token_endpoint_auth_method="self_signed_tls_client_auth",
            jwks={"keys": [SHOWN.jwk]},
        ),
    ]
    before = settings._current
    settings.use(Settings(environment="test", issuer="https://id.example"))
    try:
        with pytest.raises(manifest.Refused) as refused:
            manifest.check(manifest.Manifest(source="t.yaml", entries=wanting))
    finally:
        settings._current = before
    assert ["is given no client certificates" in one for one in refused.value.problems] == [True, True]


def test_a_name_in_a_registration_is_the_one_in_the_certificate() -> None:
    subject = SHOWN.certificate.subject
    assert x509.Name.from_rfc4514_string("CN=portal,C=CN") == subject
