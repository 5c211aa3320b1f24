"""RFC 9449 §4, §11: what a proof holds and how it is checked."""

import json
from typing import Any

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey

from idp.base import clock
from idp.oidc import dpop
from tests.actors import ISSUER, Person, Portal
from tests.possession import Holder, ed25519_holder, rsa_holder, unsigned
from tests.records import nothing_changed

Error = tuple[int, str]


def redeem(me: Person, tax: Portal, proof: str) -> Error:
    """A token request with a proof and no living refresh token: it fails for the proof, or later."""
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = me.token(tax, form, DPoP=proof)
    return answer.status_code, (answer.json or {})["error"]


TAKEN = (400, "invalid_grant")
REFUSED = (400, "invalid_dpop_proof")


def test_a_good_proof_is_taken(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3: a proof that holds in every point is accepted."""
    assert redeem(me, tax, Holder().proof()) == TAKEN


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by RFC 9864; clients still send it
@pytest.mark.parametrize(
    "holder",
    [Holder(), rsa_holder(), ed25519_holder(), ed25519_holder("EdDSA")],
    ids=["ES256", "PS256", "Ed25519", "EdDSA"],
)
def test_every_announced_algorithm_is_taken(me: Person, tax: Portal, holder: Holder) -> None:
    """RFC 9449 §5.1: what dpop_signing_alg_values_supported announces is accepted."""
    announced = (me.get("/.well-known/openid-configuration").json or {})["dpop_signing_alg_values_supported"]
    assert holder.algorithm in announced == list(dpop.ALGORITHMS)
    assert redeem(me, tax, holder.proof()) == TAKEN


@pytest.mark.parametrize("proof", ["x", "a.b", "a.b.c", "..", "é", "x" * 9000, "a.b.c, a.b.c", '{"a":1}'])
def test_2_the_value_is_one_well_formed_jwt(me: Person, tax: Portal, proof: str) -> None:
    """RFC 9449 §4.3 (2): the value of the DPoP header is a single and well-formed JWT."""
    assert redeem(me, tax, proof.encode().decode("latin-1")) == REFUSED


def test_1_there_is_not_more_than_one_header(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (1): two DPoP headers, which a server joins by a comma, are refused."""
    one, two = Holder().proof(), Holder().proof()
    assert redeem(me, tax, f"{one}, {two}") == REFUSED
    assert redeem(me, tax, f"{one},{one}") == REFUSED


@pytest.mark.parametrize("name", ["typ", "alg", "jwk", "jti", "htm", "htu", "iat"])
def test_3_every_required_member_is_there(me: Person, tax: Portal, name: str) -> None:
    """RFC 9449 §4.3 (3): all required claims and header members are contained."""
    with nothing_changed():
        assert redeem(me, tax, Holder().proof(without=[name])) == REFUSED


@pytest.mark.parametrize("typ", ["jwt", "JWT", "dpop", "at+jwt", "", None, 7, ["dpop+jwt"]])
def test_4_the_type_is_dpop_jwt(me: Person, tax: Portal, typ: Any) -> None:
    """RFC 9449 §4.3 (4): the typ JOSE Header Parameter has the value dpop+jwt."""
    holder = Holder()
    proof = holder.proof(header={"typ": typ}) if isinstance(typ, str) else unsigned(
        {"typ": typ, "alg": "ES256", "jwk": holder.jwk}, {}
    )  # fmt: skip
    assert redeem(me, tax, proof) == REFUSED


def test_4_the_type_is_compared_without_case(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (4), RFC 2045 §5.1: media types are compared without case."""
    assert redeem(me, tax, Holder().proof(header={"typ": "DPoP+JWT"})) == TAKEN


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "RS256", "ES384", "ES256 ", "", None, 1, ["ES256"]]
)
def test_5_the_algorithm_is_asymmetric_and_on_our_list(me: Person, tax: Portal, algorithm: Any) -> None:
    """RFC 9449 §4.3 (5): alg is asymmetric, not none, supported, and acceptable by policy."""
    holder = Holder()
    head = {"typ": "dpop+jwt", "alg": algorithm, "jwk": holder.jwk}
    body = json.loads(json.dumps({"jti": "a", "htm": "POST", "htu": f"{ISSUER}/token", "iat": clock.now()}))
    for signature in (b"", b"x" * 64):
        assert redeem(me, tax, unsigned(head, body, signature)) == REFUSED


def test_5_rsa_is_taken_with_pss_alone(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (5), FAPI 2.0 SP §5.4.1: RS256 is not acceptable by policy."""
    assert redeem(me, tax, rsa_holder("RS256").proof()) == REFUSED


def test_5_a_symmetric_key_in_the_header_proves_nothing(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (5): a MAC by a key that everybody reads in the header is refused."""
    secret = OctKey.generate_key(256)
    holder = Holder(secret, "HS256")
    proof = holder.proof(header={"jwk": secret.as_dict(private=True)})
    assert redeem(me, tax, proof) == REFUSED


def test_6_the_signature_verifies_with_the_key_in_the_header(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (6): the JWT signature verifies with the public key in the jwk header."""
    mine, stolen = Holder(), Holder()
    assert redeem(me, tax, mine.proof(header={"jwk": stolen.jwk})) == REFUSED
    head, body, signature = mine.proof().split(".")
    _, other_body, _ = mine.proof(jti="other").split(".")
    assert redeem(me, tax, f"{head}.{other_body}.{signature}") == REFUSED
    assert redeem(me, tax, f"{head}.{body}.{signature[:-4]}AAAA") == REFUSED
    assert redeem(me, tax, f"{head}.{body}.AAAA") == REFUSED


def test_7_a_private_key_in_the_header_is_refused(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (7): the jwk JOSE Header Parameter does not contain a private key."""
    for holder in (Holder(), rsa_holder()):
        assert redeem(me, tax, holder.proof(header={"jwk": holder.key.as_dict(private=True)})) == REFUSED


@pytest.mark.parametrize(
    "jwk",
    [
        None, "x", [], {}, {"kty": "EC"}, {"kty": ["EC"]}, {"kty": "oct", "k": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": 1, "y": 2},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
        {"kty": "EC", "crv": "P-384", "x": "AAAA", "y": "AAAA"}, {"kty": "RSA", "n": "", "e": ""},
        {"kty": "RSA", "n": "A" * 100_000, "e": "AQAB"}, {"kty": "RSA", "n": "A" * 342, "e": "A" * 342},
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43}, {"kty": "OKP", "crv": "Ed25519", "x": "A"},
    ],
    ids=range(15),
)  # fmt: skip
def test_7_what_is_no_public_key_of_ours_is_refused(me: Person, tax: Portal, jwk: Any) -> None:
    """RFC 9449 §4.2: jwk represents the public key chosen by the client."""
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
    assert redeem(me, tax, unsigned(head, {"jti": "a"})) == REFUSED


def test_7_a_short_rsa_key_and_another_curve_are_refused(me: Person, tax: Portal) -> None:
    """RFC 9449 §5.1, FAPI 2.0 SP §5.4.1: RSA keys have 2048 bits at least; curves are those announced."""
    with pytest.warns(SecurityWarning):
        short = rsa_holder(bits=1024)
    assert redeem(me, tax, short.proof()) == REFUSED
    assert redeem(me, tax, Holder(ECKey.generate_key("P-384"), "ES384").proof()) == REFUSED


@pytest.mark.parametrize("htm", ["GET", "PUT", "post", "POST ", "", None, 1, ["POST"]])
def test_8_the_method_is_that_of_the_request(me: Person, tax: Portal, htm: Any) -> None:
    """RFC 9449 §4.3 (8): htm matches the HTTP method of the current request."""
    assert redeem(me, tax, Holder().proof(htm=htm)) == REFUSED


@pytest.mark.parametrize(
    "htu",
    [
        f"{ISSUER}/token?x=1", f"{ISSUER}/token#x", f"{ISSUER}/token?", "HTTP://127.0.0.1:8080/token",
        f"{ISSUER}/%74oken", f"{ISSUER}/%74%6F%6b%65n",
    ],
)  # fmt: skip
def test_9_the_address_is_compared_normalised(me: Person, tax: Portal, htu: str) -> None:
    """RFC 9449 §4.3 (9): htu matches ignoring query and fragment; RFC 3986 §6.2.2, §6.2.3 normalise."""
    assert redeem(me, tax, Holder().proof(htu=htu)) == TAKEN


@pytest.mark.parametrize(
    "htu",
    [
        f"{ISSUER}/userinfo", f"{ISSUER}/token/", f"{ISSUER}/TOKEN", f"{ISSUER}", "/token", "token", "",
        "http://127.0.0.1/token", "http://127.0.0.1:80/token", "https://127.0.0.1:8080/token",
        "http://evil.example/token", "http://127.0.0.1:8080@evil.example/token",
        "http://evil@127.0.0.1:8080/token", "http://127.0.0.1:99999/token", "http://127.0.0.1:x/token",
        "http://127.0.0.1:0/token", f"{ISSUER}//token", f"{ISSUER}/token%2f", f"{ISSUER}/x/../token",
        f" {ISSUER}/token", f"{ISSUER}/to\nken", f"{ISSUER}/token\0", None, 1, [f"{ISSUER}/token"],
        {"htu": f"{ISSUER}/token"}, "x" * 5000, "http://[::1/token",
    ],
)  # fmt: skip
def test_9_another_address_is_refused(me: Person, tax: Portal, htu: Any) -> None:
    """RFC 9449 §4.3 (9): htu matches the HTTP URI value for the request in which the JWT was received."""
    assert redeem(me, tax, Holder().proof(htu=htu)) == REFUSED


@pytest.mark.parametrize("offset", [0, -10, 8, -59, 29])
def test_11_a_proof_of_about_now_is_taken(me: Person, tax: Portal, offset: int) -> None:
    """RFC 9449 §4.3 (11), §11.1: the creation time is within an acceptable window."""
    from idp.store import once, redis

    redis.call("SET", "once:{dpop}:epoch", clock.now() - 3600)
    once.forget()
    assert redeem(me, tax, Holder().proof(iat=clock.now() + offset)) == TAKEN


@pytest.mark.parametrize("iat", ["now", True, None, [1], -1, 2**60, 1e300, "1"])
def test_11_a_date_is_a_number(me: Person, tax: Portal, iat: Any) -> None:
    """RFC 9449 §4.2: iat is a NumericDate (RFC 7519 §2)."""
    assert redeem(me, tax, Holder().proof(iat=iat)) == REFUSED


def test_11_a_date_may_have_a_fraction(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.2: a NumericDate may be non-integer (RFC 7519 §2)."""
    assert redeem(me, tax, Holder().proof(iat=clock.now() + 0.5)) == TAKEN


def test_other_dates_are_kept_too(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.2: a proof may hold other claims; exp and nbf mean what they mean (RFC 7519 §4.1)."""
    moment = clock.now()
    assert redeem(me, tax, Holder().proof(nbf=moment, exp=moment + 300)) == TAKEN
    assert redeem(me, tax, Holder().proof(exp=moment - 120)) == REFUSED
    assert redeem(me, tax, Holder().proof(nbf=moment + 120)) == REFUSED
    assert redeem(me, tax, Holder().proof(exp="soon")) == REFUSED


def test_further_members_do_no_harm(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.2: additional header members and claims may be there."""
    holder = Holder()
    more = holder.jwk | {"kid": "1", "use": "sig", "alg": "ES256", "x-own": [1]}
    assert (
        redeem(me, tax, holder.proof(header={"kid": "a", "x-own": {"a": 1}, "jwk": more}, own=[1])) == TAKEN
    )


def test_what_must_be_understood_is_not_passed_over(me: Person, tax: Portal) -> None:
    """RFC 9449 §4.3 (2), RFC 7515 §4.1.11: an unknown critical header member refuses the JWS."""
    holder = Holder()
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": holder.jwk, "crit": ["x-own"], "x-own": 1}
    assert redeem(me, tax, unsigned(head, {"jti": "a"})) == REFUSED


@pytest.mark.parametrize("jti", ["", None, 1, ["a"], "x" * 257])
def test_the_identifier_is_a_text_of_some_length(me: Person, tax: Portal, jti: Any) -> None:
    """RFC 9449 §4.2: jti is a unique identifier, a text (RFC 7519 §4.1.7)."""
    assert redeem(me, tax, Holder().proof(jti=jti)) == REFUSED


def test_a_proof_is_good_once(me: Person, tax: Portal) -> None:
    """RFC 9449 §11.1: jti is kept for as long as the proof would be accepted."""
    proof = Holder().proof()
    assert [redeem(me, tax, proof) for _ in range(2)] == [TAKEN, TAKEN]
    code = me.code_for(tax)
    spent = Holder().proof()
    assert me.token(tax, tax.token_form(code), DPoP=spent).status_code == 200
    assert me.token(tax, tax.token_form(me.code_for(tax)), DPoP=spent).status_code == 400
