"""FAPI 2.0 Security Profile §5.3.2: what an authorization server keeps for a client of that profile."""

from typing import Any

import pytest

from idp.base.clock import now
from tests.actors import ISSUER, Person, decode, query
from tests.signing import SigningPortal, refusal, signing_portal


@pytest.fixture
def bank(me: Person) -> SigningPortal:
    """A portal of the profile; the citizen has been there before."""
    made = signing_portal(profile="fapi2", scopes=("openid", "profile", "offline_access"))
    made.code(me)
    return made


def form(bank: SigningPortal) -> dict[str, str]:
    return bank.request()


def test_5_3_2_1_a_request_that_is_not_pushed_is_refused(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 §5.3.2.2: authorization requests without PAR are rejected."""
    told = query(me.authorize(bank).location)
    assert (told["error"], told["iss"]) == ("invalid_request", ISSUER)
    asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "request": bank.object()}
    signed = me.http.get("/authorize", query_string=asked, base_url=ISSUER)
    assert query(signed.location)["error"] == "invalid_request"


def test_5_3_2_1_a_pushed_request_is_answered_with_code_state_and_iss(
    me: Person, bank: SigningPortal
) -> None:
    """FAPI 2.0 §5.3.2.2: only response_type code; iss in the response (RFC 9207)."""
    told = bank.response(me, bank.pushed(me))
    assert set(told) <= {"code", "state", "iss", "session_state"}
    assert told["iss"] == ISSUER


def test_5_3_2_1_a_request_uri_lives_less_than_ten_minutes(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 §5.3.2.2: expires_in below 600 seconds."""
    assert 5 <= (bank.push(me, form(bank)).json or {})["expires_in"] < 600


@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "code token", "none"])
def test_5_3_2_2_only_the_code_flow(me: Person, bank: SigningPortal, response_type: str) -> None:
    """FAPI 2.0 §5.3.2.2: any other response type is rejected."""
    answer = bank.push(me, bank.request(response_type=response_type))
    assert answer.status_code == 400
    assert (answer.json or {})["error"] in ("unsupported_response_type", "unauthorized_client")


def test_5_3_2_2_a_code_lives_sixty_seconds_at_most(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 §5.3.2.2: code lifetime of at most 60 seconds."""
    from idp import settings
    from idp.store import redis
    from idp.tokens import codes

    assert settings.current().code_lifetime <= 60
    code = bank.code(me)
    key = codes.code_key(codes.grant_id(code))
    assert 0 < redis.call("TTL", key) <= 60
    redis.call("PEXPIRE", key, 0)
    assert refusal(bank.redeem(me, code)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({}, True),
        ({"aud": f"{ISSUER}/token"}, False),
        ({"aud": f"{ISSUER}/par"}, False),
        ({"aud": [ISSUER]}, False),
        ({"aud": [ISSUER, f"{ISSUER}/par"]}, False),
        ({"aud": f"{ISSUER}/"}, False),
    ],
)
@pytest.mark.parametrize("path", ["/par", "/token"])
def test_5_3_2_1_an_assertion_is_for_the_issuer_as_one_text(
    me: Person, bank: SigningPortal, path: str, claims: dict[str, Any], good: bool
) -> None:
    """FAPI 2.0 §5.3.2.1: only the issuer identifier as a string is accepted in aud."""
    body = form(bank) if path == "/par" else {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = me.post(path, {**body, **bank.credentials(**claims)})
    assert (answer.status_code != 401) == good
    if not good:
        assert refusal(answer) == (401, "invalid_client")


@pytest.mark.parametrize(("seconds", "good"), [(8, True), (10, True), (61, False), (3600, False)])
@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_5_3_2_1_clocks_may_differ_by_seconds_and_not_by_more_than_a_minute(
    me: Person, bank: SigningPortal, name: str, seconds: int, good: bool
) -> None:
    """FAPI 2.0 §5.3.2.1: iat or nbf up to 10 s in the future accepted, more than 60 s rejected."""
    changes = {name: now() + seconds, "exp": now() + seconds + 60}
    assert (bank.push(me, form(bank), **changes).status_code == 201) == good


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_5_4_1_algorithms_are_those_of_the_profile(me: Person, stores: None, algorithm: str) -> None:
    """FAPI 2.0 §5.4.1: PS256, ES256 or EdDSA; never RSASSA-PKCS1-v1_5, never none."""
    from joserfc.jwk import ECKey, RSAKey

    rsa = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
    elliptic = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
    key = elliptic if algorithm == "ES256" else rsa
    jwks = {"keys": [rsa.as_dict(private=False), elliptic.as_dict(private=False)]}
    made = signing_portal("many", profile="fapi2", jwks=jwks)
    made.key = key
    answer = made.push(me, made.request(), alg=algorithm)
    assert answer.status_code == (401 if algorithm == "RS256" else 201)


def test_5_3_2_1_a_registered_algorithm_is_the_only_one(me: Person, stores: None) -> None:
    """OIDC Registration 1.0 §2: token_endpoint_auth_signing_alg is enforced."""
    made = signing_portal("one", token_endpoint_auth_signing_alg="PS256")
    assert made.push(me, made.request()).status_code == 401


def test_5_3_2_1_refresh_tokens_are_not_rotated(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 §5.3.2.1: no rotation; a client whose answer was lost asks again with the same token."""
    made = bank.redeem(me, bank.code(me)).json or {}
    for _ in range(3):
        answer = bank.refresh(me, made["refresh_token"])
        assert answer.status_code == 200, answer.data
        assert "refresh_token" not in (answer.json or {})
        assert (answer.json or {})["access_token"] != made["access_token"]


def test_5_3_2_1_an_offline_refresh_token_is_not_rotated_either(me: Person, bank: SigningPortal) -> None:
    """FAPI 2.0 §5.3.2.1: the same for a grant that outlives its session."""
    made = bank.redeem(me, bank.code(me, scope="openid offline_access")).json or {}
    for _ in range(3):
        assert bank.refresh(me, made["refresh_token"]).status_code == 200


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_5_3_2_1_a_token_that_is_kept_still_ends(me: Person, bank: SigningPortal, scope: str) -> None:
    """RFC 7009 §2.1: a revoked grant gives nothing, rotated or not."""
    made = bank.redeem(me, bank.code(me, scope=scope)).json or {}
    me.post("/revoke", {"token": made["refresh_token"], **bank.credentials()})
    assert refusal(bank.refresh(me, made["refresh_token"])) == (400, "invalid_grant")


def test_5_3_2_1_a_kept_token_ends_with_its_session(me: Person, bank: SigningPortal) -> None:
    """Decision 0011: what is bound to the session is bound to it, rotated or not."""
    from idp import sessions

    made = bank.redeem(me, bank.code(me)).json or {}
    cookie = me.http.get_cookie("sid", domain="127.0.0.1")
    assert cookie
    session = sessions.find(cookie.value)
    assert session
    sessions.end(session)
    assert refusal(bank.refresh(me, made["refresh_token"])) == (400, "invalid_grant")


def test_5_3_2_1_a_spent_generation_of_before_is_still_a_theft(me: Person, stores: None) -> None:
    """RFC 9700 §4.14.2: a token used up before the client came under the profile stays used up."""
    before = signing_portal("mover")
    before.code(me)
    first = before.redeem(me, before.code(me)).json or {}
    second = before.refresh(me, first["refresh_token"]).json or {}
    after = signing_portal("mover", profile="fapi2", scopes=before.client.scopes)
    assert refusal(after.refresh(me, first["refresh_token"])) == (400, "invalid_grant")
    assert refusal(after.refresh(me, second["refresh_token"])) == (400, "invalid_grant")


def test_5_3_2_1_the_id_token_is_signed_by_an_algorithm_of_the_profile(
    me: Person, bank: SigningPortal
) -> None:
    """FAPI 2.0 §5.4.1: ID tokens too."""
    from tests.spec.jarm.test_signed_responses import header

    made = bank.redeem(me, bank.code(me)).json or {}
    assert header(made["id_token"])["alg"] == "ES256"
    assert decode(made["id_token"])["aud"] == "bank"


def test_5_3_2_2_the_metadata_says_so(me: Person, stores: None) -> None:
    """FAPI 2.0 §5.3.2.2: what a client of the profile looks for."""
    metadata = me.get("/.well-known/oauth-authorization-server").json or {}
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert "S256" in metadata["code_challenge_methods_supported"]
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    assert {"PS256", "ES256"} <= set(metadata["token_endpoint_auth_signing_alg_values_supported"])


def test_a_standard_client_may_name_an_endpoint_in_its_assertion(me: Person, stores: None) -> None:
    """RFC 9126 §2, OIDC Core §9: issuer, token endpoint or the endpoint that is called, and no other."""
    plain = signing_portal("plain")
    for audience in (ISSUER, f"{ISSUER}/token", f"{ISSUER}/par"):
        assert plain.push(me, plain.request(), aud=audience).status_code == 201, audience
    for audience in (f"{ISSUER}/userinfo", f"{ISSUER}/revoke", [ISSUER]):
        assert plain.push(me, plain.request(), aud=audience).status_code == 401, audience
    form = {"grant_type": "refresh_token", "refresh_token": "x", **plain.credentials(aud=f"{ISSUER}/par")}
    assert refusal(me.post("/token", form)) == (401, "invalid_client")
