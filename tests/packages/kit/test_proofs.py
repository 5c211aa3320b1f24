"""Bound tokens: whoever shows one has its key (RFC 9449 §4.3, §7; RFC 8705 §3)."""

import base64
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc.jwk import ECKey
from resource_server import Refused, Replays, Requirement, ResourceServer

from tests.packages.kit.issuer import BASE, Forge, proof, request, server

KEY = ECKey.generate_key("P-256")


def bound(forge: Forge, key: ECKey = KEY) -> str:
    return forge.token(cnf={"jkt": key.thumbprint()})


def refused(api: ResourceServer, environ: dict[str, Any]) -> str:
    with pytest.raises(Refused) as error:
        api.token(environ)
    return error.value.code


@pytest.mark.parametrize(
    "htu",
    [f"{BASE}/returns", f"{BASE.upper().replace('HTTPS', 'Https')}:443/returns", f"{BASE}/returns?a=1#b"],
)
def test_a_proof_by_the_tokens_key_lets_in(htu: str) -> None:
    forge = Forge()
    token = bound(forge)
    environ = request(token, scheme="dPoP", HTTP_DPOP=proof(KEY, token, htu=htu, extra=1, nbf=1))
    assert server(forge).token(environ).bound_to("jkt") == KEY.thumbprint()


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "PUT"}, {"htm": None}, {"htu": f"{BASE}/other"}, {"htu": "https://evil.example/returns"},
        {"htu": None}, {"htu": 7}, {"iat": int(time.time()) - 3600}, {"iat": int(time.time()) + 3600},
        {"iat": None}, {"iat": "now"}, {"ath": None}, {"ath": "x"}, {"jti": None}, {"jti": ""},
        {"jti": "j" * 300},
        {"header": {"typ": "JWT"}}, {"header": {"typ": None}}, {"header": {"jwk": None}},
        {"header": {"jwk": KEY.as_dict(private=True)}}, {"header": {"crit": ["x"], "x": 1}},
    ],
)  # fmt: skip
def test_a_proof_that_is_wrong_in_one_thing_is_refused(changes: dict[str, Any]) -> None:
    forge = Forge()
    token = bound(forge)
    environ = request(token, scheme="DPoP", HTTP_DPOP=proof(KEY, token, **changes))
    assert refused(server(forge), environ) == "invalid_dpop_proof"


def test_another_key_a_missing_proof_and_two_proofs_are_refused() -> None:
    forge, other = Forge(), ECKey.generate_key("P-256")
    token, api = bound(forge), server(forge)
    good = proof(KEY, token)
    assert refused(api, request(token, scheme="DPoP", HTTP_DPOP=proof(other, token))) == "invalid_dpop_proof"
    assert refused(api, request(token, scheme="DPoP")) == "invalid_dpop_proof"
    assert refused(api, request(token, scheme="DPoP", HTTP_DPOP=f"{good},{good}")) == "invalid_dpop_proof"
    assert api.token(request(token, scheme="DPoP", HTTP_DPOP=good)).subject == "person"


def test_a_bound_token_is_no_bearer_token_and_the_other_way_round() -> None:
    forge = Forge()
    token = bound(forge)
    assert refused(server(forge), request(token, HTTP_DPOP=proof(KEY, token))) == "invalid_token"
    plain = forge.token()
    environ = request(plain, scheme="DPoP", HTTP_DPOP=proof(KEY, plain))
    assert refused(server(forge), environ) == "invalid_token"


def test_of_one_proof_shown_many_times_at_once_one_is_let_in() -> None:
    forge = Forge()
    token, api = bound(forge), server(forge)
    api.issuer.keys("k1")
    environ = request(token, scheme="DPoP", HTTP_DPOP=proof(KEY, token))

    def attempt(_: int) -> bool:
        try:
            api.token(dict(environ))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(32))) == 1


def test_a_full_memory_refuses_rather_than_forgets() -> None:
    replays = Replays(most=2)
    assert [replays(mark, 60) for mark in ("a", "b", "c", "a")] == [True, True, False, False]


def test_a_token_bound_to_a_certificate_needs_that_certificate() -> None:
    forge = Forge()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(b"der").digest()).rstrip(b"=").decode()
    token = forge.token(cnf={"x5t#S256": thumbprint})
    assert refused(server(forge), request(token)) == "invalid_token"
    for shown in (None, b"other"):
        assert (
            refused(server(forge, certificate=lambda _, shown=shown: shown), request(token))
            == "invalid_token"
        )
    assert server(forge, certificate=lambda _: b"der").token(request(token)).subject == "person"


def test_a_resource_may_demand_that_the_token_is_bound() -> None:
    forge = Forge()
    with pytest.raises(Refused, match="invalid_token"):
        server(forge).token(request(forge.token()), Requirement(bound=True))
