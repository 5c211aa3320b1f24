"""Access tokens: which are believed (RFC 9068 §4, RFC 8725)."""

import hmac
import time
from typing import Any

import pytest
from joserfc.jwk import ECKey
from resource_server import Refused, Requirement
from resource_server.unavailable import Unavailable

from tests.packages.kit.issuer import NAME, Forge, b64, request, server


def refusal(environ: dict[str, Any], requirement: Requirement | None = None, **options: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        server(**options).token(environ, requirement)
    return refused.value


def test_a_good_token_tells_who_for_whom_and_how_surely() -> None:
    forge = Forge()
    act = {"sub": "clerk", "act": {"sub": "office"}}
    token = server(forge).token(request(forge.token(act=act)))
    assert (token.subject, token.client_id, token.acr) == ("person", "tax", "urn:gov-sso:acr:l2")
    assert token.scopes == {"openid", "data.query"}
    assert [actor["sub"] for actor in token.actors] == ["clerk", "office"]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    forge = Forge()
    assert server(forge).token(request(forge.token(), scheme=scheme)).subject == "person"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": NAME + "/"},
        {"aud": "other"},
        {"aud": ["other", "third"]},
        {"aud": None},
        {"exp": 1},
        {"exp": "9999999999"},
        {"exp": 9999999999.5},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"client_id": None},
        {"jti": 7},
        {"cnf": {}},
        {"cnf": {"jwk": {}}},
        {"cnf": {"jkt": 7}},
        {"cnf": "jkt"},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    forge = Forge()
    refused = refusal(request(forge.token(**changes)), issuer=forge)
    assert (refused.code, refused.status) == ("invalid_token", 401)


@pytest.mark.parametrize("typ", ["JWT", "id+jwt", "dpop+jwt", "logout+jwt", ""])
def test_a_token_of_another_kind_is_refused(typ: str) -> None:
    forge = Forge()
    assert refusal(request(forge.token(typ=typ)), issuer=forge).code == "invalid_token"


def test_the_kind_may_be_written_as_a_media_type() -> None:
    forge = Forge()
    assert server(forge).token(request(forge.token(typ="application/AT+JWT"))).subject == "person"


def test_a_critical_header_nobody_knows_is_refused() -> None:
    forge = Forge()
    assert refusal(request(forge.token(header={"crit": ["x"], "x": 1})), issuer=forge).code == "invalid_token"


def test_a_foreign_key_under_a_known_id_is_refused() -> None:
    forge, stranger = Forge(), Forge()
    assert refusal(request(stranger.token()), issuer=forge).code == "invalid_token"


def test_a_public_key_is_no_secret_for_hmac() -> None:
    forge = Forge()
    text = ".".join(b64(part) for part in (b'{"alg":"HS256","typ":"at+jwt","kid":"k1"}', b'{"sub":"x"}'))
    mac = hmac.new(forge.key.as_pem(private=False), text.encode(), "sha256").digest()
    forged = f"{text}.{b64(mac)}"
    assert refusal(request(forged), issuer=forge).code == "invalid_token"


@pytest.mark.parametrize("token", ["x", "a.b.c", "é.é.é", "e30.e30.", "a" * 20_000, "...."])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refusal(request(token)).status in (400, 401)


def test_a_token_in_the_url_is_refused_and_none_is_only_challenged() -> None:
    forge = Forge()
    inside = request(forge.token(), QUERY_STRING="x=1&access_token=a")
    assert (refusal(inside, issuer=forge).code, refusal(inside).status) == ("invalid_request", 400)
    nothing = refusal(request(None))
    assert (nothing.code, nothing.status, nothing.challenge("Bearer")) == ("", 401, "Bearer")
    assert refusal(request("a, Bearer b")).code == "invalid_request"


def test_an_unknown_key_id_fetches_the_keys_anew_but_not_at_every_knock() -> None:
    forge = Forge(pause=30)
    api = server(forge)
    api.token(request(forge.token()))
    assert forge.asked == 1
    forge._asked_at = time.monotonic() - 31
    forge.key = ECKey.generate_key("P-256", {"kid": "k2"})
    rotated = forge.token(header={"kid": "k2"})
    assert api.token(request(rotated)).subject == "person"
    for kid in ("k3", "k4", "k5"):
        with pytest.raises(Refused):
            api.token(request(forge.token(header={"kid": kid})))
    assert forge.asked == 2


def test_keys_outlive_a_silent_issuer_for_a_day_and_no_longer() -> None:
    forge = Forge()
    api = server(forge)
    api.token(request(forge.token()))
    forge.down = True
    forge._asked_at = forge._fetched_at = time.monotonic() - 3700
    assert api.token(request(forge.token())).subject == "person"
    forge._asked_at = forge._fetched_at = time.monotonic() - 90_000
    with pytest.raises(Unavailable):
        api.token(request(forge.token()))


@pytest.mark.parametrize(
    "metadata", [{}, {"issuer": "https://other.example"}, {"jwks_uri": "https://other.example/jwks"}]
)
def test_metadata_that_points_elsewhere_is_not_believed(metadata: dict[str, str]) -> None:
    forge = Forge()
    forge.metadata = {**forge.metadata, **metadata} if metadata else {}
    with pytest.raises(Unavailable):
        server(forge).token(request(forge.token()))


def test_an_issuer_without_tls_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="https"):
        server("http://id.example.gov")
