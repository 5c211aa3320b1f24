"""Attack book, what may be registered: L02 L07 L08 L09 L11 L22."""

from functools import cache
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

import clients
from clients import jwks, manifest
from tests import registrations
from tests.registrations import apply, entry, native, refusal


@cache
def key(kind: str) -> dict[str, Any]:
    """A public key of that kind."""
    made = {
        "RSA-2048": lambda: RSAKey.generate_key(2048, {"kid": "k"}),
        "P-256": lambda: ECKey.generate_key("P-256", {"kid": "k"}),
        "P-384": lambda: ECKey.generate_key("P-384", {"kid": "k"}),
        "P-521": lambda: ECKey.generate_key("P-521", {"kid": "k"}),
        "secp256k1": lambda: ECKey.generate_key("secp256k1", {"kid": "k"}),
        "Ed25519": lambda: OKPKey.generate_key("Ed25519", {"kid": "k"}),
        "X25519": lambda: OKPKey.generate_key("X25519", {"kid": "k"}),
        "Ed448": lambda: OKPKey.generate_key("Ed448", {"kid": "k"}),
    }[kind]()
    return dict(made.as_dict(private=False))


def signed(value: object) -> dict[str, Any]:
    return entry(token_endpoint_auth_method="private_key_jwt", jwks=value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_secret", "chosen"),
        ("secrets", [{"digest": "x"}]),
        ("trusted", True),
        ("skip_consent", True),
        ("first_party", True),
        ("region", "000000"),
        ("max_acr", "l4"),
        ("owner", "me"),
        ("created_at", 0),
        ("enabled", True),
        ("fingerprint", "x"),
        ("_key_sets", {}),
        ("__class__", "x"),
    ],
)
def test_l02_what_is_not_the_portals_to_say_is_refused(name: str, value: object) -> None:
    refused = refusal(entry(**{name: value}))
    assert refused
    assert refused.code == "invalid_client_metadata"
    assert f"(portal-a): {name}: is not a known key" in refused.problems[0]


@pytest.mark.parametrize("grant", ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", ""])
def test_l02_grants_that_are_not_offered_are_refused(grant: str) -> None:
    assert refusal(entry(grant_types=["authorization_code", grant]))


@pytest.mark.usefixtures("stores")
def test_l02_what_is_stored_is_what_was_judged() -> None:
    apply(entry())
    client = clients.find("portal-a")
    assert client
    assert manifest.document(client) == manifest.document(registrations.client())


BAD_URIS: tuple[object, ...] = (
    "http://good.example/cb",
    "https://*.good.example/cb",
    "https://good.example/*",
    "https://good.example/cb#",
    "https://user@good.example/cb",
    "https://user:pw@good.example/cb",
    "https://localhost/cb",
    "http://localhost/cb",
    "http://localhost:8091/cb",
    "https://192.0.2.7/cb",
    "https://[2001:db8::1]/cb",
    "https://3221225991/cb",
    "https://0xc0.0.2.7/cb",
    "https://good/cb",
    "https://good.example.7/cb",
    "https://good..example/cb",
    "https://-good.example/cb",
    "https://good_.example/cb",
    "https://GOOD.example/cb",
    "HTTPS://good.example/cb",
    "https://good.example:0/cb",
    "https://good.example:/cb",
    "https://good.example:99999/cb",
    "https://good.example:x/cb",
    "https://部门.example/cb",
    "https://good.example/回调",
    "https://good.example/c b",
    "https://good.example/cb\r\nX: 1",
    "https://good.example\\cb",
    "https://good.example/%zz",
    "https:good.example/cb",
    "https:///cb",
    "https://",
    "//good.example/cb",
    "/cb",
    "a.b:/cb",
    "",
    "https://good.example/" + "x" * 2000,
    "https://good.example/" + "x" * 1_000_000,
    None,
    7,
    ["https://good.example/cb"],
    {"uri": "https://good.example/cb"},
)


@pytest.mark.parametrize("uri", BAD_URIS, ids=lambda uri: repr(uri)[:40])
@pytest.mark.parametrize("environment", ["test", "production"])
def test_l07_bad_redirect_uris_are_refused(uri: object, environment: str) -> None:
    refused = refusal(
        entry(redirect_uris=["https://good.example/cb", uri], sector="s"), environment=environment
    )
    assert refused
    assert refused.code == "invalid_redirect_uri"
    assert "redirect_uris[1]" in refused.problems[0]
    assert refusal(
        native(redirect_uris=["https://good.example/cb", uri], sector="s"), environment=environment
    )


def test_l07_too_many_or_repeated_redirect_uris_are_refused() -> None:
    many = [f"https://good.example/{number}" for number in range(10_000)]
    assert registrations.client(redirect_uris=many[:20])
    for uris in (many, many[:21], [many[0], many[0]]):
        refused = refusal(entry(redirect_uris=uris))
        assert refused
        assert refused.code == "invalid_redirect_uri"


@pytest.mark.parametrize("uri", ["http://127.0.0.1:8091/cb", "http://[::1]:8091/cb", "http://127.0.0.1/cb"])
def test_l07_plain_loopback_is_for_development_and_native_apps_only(uri: str) -> None:
    assert refusal(entry(redirect_uris=[uri], sector="s"), environment="production")
    assert refusal(entry(redirect_uris=[uri], sector="s"), environment="development") is None
    assert refusal(native(redirect_uris=[uri], sector="s"), environment="production") is None


@pytest.mark.parametrize("text", ["<b>x</b>", "x" * 1_000_000, "\u202ex", 7, None, ["x"], {"zh": "x"}])
@pytest.mark.parametrize("name", ["name", "organization", "contact", "purpose"])
def test_l08_bad_texts_are_refused(name: str, text: object) -> None:
    assert refusal(entry() | {name: text})


@pytest.mark.parametrize(
    "logo", ["data:image/svg+xml,<svg/>", "http://good.example/l.png", "https://good.example/l.svg"]
)
def test_l08_no_logo_is_registered_or_fetched(logo: str) -> None:
    assert refusal(entry(logo_uri=logo))


@pytest.mark.parametrize("kind", ["RSA-2048", "P-256", "P-384", "Ed25519"])
def test_l09_good_public_keys_are_taken(kind: str) -> None:
    [client] = registrations.clients(signed({"keys": [key(kind), key(kind) | {"kid": "two", "use": "sig"}]}))
    assert len(client.key_set().keys) == 2
    assert jwks.algorithms(key(kind))


def test_l09_a_key_may_be_used_with_algorithms_of_its_own_kind_only() -> None:
    assert jwks.algorithms(key("P-256")) == ("ES256",)
    assert jwks.algorithms(key("P-384")) == ("ES384",)
    assert jwks.algorithms(key("RSA-2048") | {"alg": "PS256"}) == ("PS256",)
    assert not {"none", "HS256"} & {
        one for kind in ("RSA-2048", "Ed25519") for one in jwks.algorithms(key(kind))
    }


def bad_jwks() -> dict[str, object]:
    rsa, ec = key("RSA-2048"), key("P-256")
    return {
        "empty": {},
        "no keys": {"keys": []},
        "keys is no list": {"keys": ec},
        "null key": {"keys": [None]},
        "text": {"keys": ["key"]},
        "private EC": {"keys": [ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=True)]},
        "private RSA": {"keys": [RSAKey.generate_key(2048, {"kid": "k"}).as_dict(private=True)]},
        "private OKP": {"keys": [OKPKey.generate_key("Ed25519", {"kid": "k"}).as_dict(private=True)]},
        "a public key with one private member": {"keys": [rsa | {"dq": "AQAB"}]},
        "symmetric": {"keys": [OctKey.generate_key(256, {"kid": "k"}).as_dict()]},
        "symmetric beside a good one": {"keys": [ec, {"kty": "oct", "k": "AAAA", "kid": "s"}]},
        "RSA-1024": {"keys": [rsa | {"n": rsa["n"][:171]}]},
        "RSA of a megabyte": {"keys": [rsa | {"n": "x" * 1_000_000}]},
        "RSA with exponent 1": {"keys": [rsa | {"e": "AQ"}]},
        "P-521": {"keys": [key("P-521")]},
        "secp256k1": {"keys": [key("secp256k1")]},
        "X25519 for signatures": {"keys": [key("X25519")]},
        "Ed25519 for encryption": {"keys": [key("Ed25519") | {"use": "enc"}]},
        "RSA1_5": {"keys": [rsa | {"use": "enc", "alg": "RSA1_5"}]},
        "PBES2": {"keys": [rsa | {"use": "enc", "alg": "PBES2-HS256+A128KW"}]},
        "a signature algorithm for encryption": {"keys": [rsa | {"use": "enc", "alg": "RS256"}]},
        "an unknown use": {"keys": [ec | {"use": "tls"}]},
        "Ed448": {"keys": [key("Ed448")]},
        "a point off the curve": {"keys": [ec | {"x": ec["y"], "y": ec["x"]}]},
        "not base64": {"keys": [ec | {"x": "!"}]},
        "1000 keys": {"keys": [ec | {"kid": str(number)} for number in range(1000)]},
        "the same kid twice": {"keys": [ec, rsa]},
        "no kid": {"keys": [{name: value for name, value in ec.items() if name != "kid"}]},
        "kid of 10 KB": {"keys": [ec | {"kid": "k" * 10_000}]},
        "kid with a control character": {"keys": [ec | {"kid": "a\nb"}]},
        "kid is a number": {"keys": [ec | {"kid": 7}]},
        "for encryption alone, while it signs": {"keys": [ec | {"use": "enc"}]},
        "for other operations": {"keys": [ec | {"key_ops": ["deriveKey"]}]},
        "alg none": {"keys": [ec | {"alg": "none"}]},
        "alg HS256": {"keys": [rsa | {"alg": "HS256"}]},
        "alg of another kind": {"keys": [ec | {"alg": "RS256"}]},
        "certificate chain": {"keys": [ec | {"x5c": ["MII"]}]},
        "key URL": {"keys": [ec | {"x5u": "https://evil.example/"}]},
        "more beside keys": {"keys": [ec], "jwks_uri": "https://good.example/jwks"},
        "kty unknown": {"keys": [ec | {"kty": "AKP"}]},
        "kty is a list": {"keys": [ec | {"kty": ["EC"]}]},
        "crv is a list": {"keys": [ec | {"crv": ["P-256"]}]},
        "alg is a list": {"keys": [ec | {"alg": ["ES256"]}]},
    }


@pytest.mark.parametrize("case", bad_jwks().keys())
def test_l09_bad_keys_are_refused(case: str) -> None:
    refused = refusal(signed(bad_jwks()[case]))
    assert refused
    assert refused.code == "invalid_client_metadata"
    assert ": jwks" in refused.problems[0]


def test_l09_a_key_set_stands_in_the_registration_or_at_an_address_and_not_twice() -> None:
    both = signed({"keys": [key("P-256")]}) | {"jwks_uri": "https://good.example/jwks"}
    assert refusal(both)
    assert refusal({name: value for name, value in both.items() if name != "jwks"}) is None


def test_l09_no_part_of_a_private_key_stands_in_the_refusal() -> None:
    private = ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=True)
    refused = refusal(signed({"keys": [private]}))
    assert refused
    assert str(private["d"]) not in refused.why + str(refused.problems)


def test_l11_a_software_statement_is_refused() -> None:
    assert refusal(entry(software_statement="eyJhbGciOiJub25lIn0.e30."))


@pytest.mark.usefixtures("stores")
def test_l22_a_refused_change_leaves_the_approved_values_in_force() -> None:
    apply(entry())
    for change in (
        {"redirect_uris": ["https://evil.example/cb#"]},
        {"scopes": ["openid", "idcard"]},
        {"redirect_uris": ["https://evil.example/cb"]},
    ):
        with pytest.raises(manifest.Refused):
            apply(entry(**change))
    client = clients.find("portal-a")
    assert client
    assert client.redirect_uris == ("https://good.example/cb",)
    assert client.scopes == ("openid", "profile")
