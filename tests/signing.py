"""A portal that signs what it says: assertions (RFC 7523), request objects (RFC 9101), proofs (RFC 9449)."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from clients import profiles
from idp.base.clock import now
from tests.actors import ISSUER, Person, Portal, portal, query
from tests.possession import Holder

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OBJECT_TYPE = "oauth-authz-req+jwt"
#: What a test may sign with, right or wrong.
ANYTHING = jws.JWSRegistry(
    algorithms=["ES256", "ES384", "HS256", "PS256", "RS256", "EdDSA"], strict_check_header=False
)


def signing_portal(client_id: str = "bank", profile: str = "standard", **changes: Any) -> "SigningPortal":
    """Register a portal with a key of its own, under a security profile."""
    key = ECKey.generate_key("P-256", {"kid": f"{client_id}-1", "use": "sig", "alg": "ES256"})
    own = {
        "profile": profile,
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [key.as_dict(private=False)]},
        "response_modes": ("query", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"),
        **profiles.defaults({"profile": profile}),
    }
    made = portal(client_id, **(own | changes))
    return SigningPortal(client=made.client, secret=made.secret, key=key)


@dataclass
class SigningPortal(Portal):
    """A portal written out by hand that holds a signing key and a key it proves possession of."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    holder: Holder = field(default_factory=Holder)

    def credentials(self, key: Any = None, alg: str = "ES256", **changes: Any) -> dict[str, str]:
        """The form's members that authenticate the client; ``None`` leaves a claim out."""
        claims = {
            "iss": self.client.client_id,
            "sub": self.client.client_id,
            "aud": ISSUER,
            "jti": str(uuid4()),
            "iat": now(),
            "exp": now() + 60,
            **changes,
        }
        assertion = self.sign(claims, {"alg": alg}, key)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    def object(self, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
        """A correct authorization request as a signed object, changed."""
        claims = {
            **self.request(),
            "iss": self.client.client_id,
            "aud": ISSUER,
            "nbf": now(),
            "exp": now() + 300,
            **changes,
        }
        return self.sign(claims, {"alg": "ES256", "typ": OBJECT_TYPE, **(header or {})}, key)

    def sign(self, claims: dict[str, Any], header: dict[str, Any], key: Any = None) -> str:
        """A JWT of the claims that are not ``None``, by this portal's key or another."""
        kept = {name: value for name, value in claims.items() if value is not None}
        named = {name: value for name, value in ({"kid": self.key.kid} | header).items() if value is not None}
        return jwt.encode(named, kept, key or self.key, registry=ANYTHING, default_type=None)

    def push(self, person: Person, form: dict[str, str], proof: str = "", **changes: Any) -> TestResponse:
        """A pushed authorization request; ``changes`` are of the assertion."""
        headers = {"DPoP": proof} if proof else {}
        return person.post("/par", {**form, **self.credentials(**changes)}, headers=headers)

    def pushed(self, person: Person, **changes: str | None) -> str:
        """The ``request_uri`` of a correct request, changed; signed when the client must."""
        inside = self.request(**changes)
        if self.client.require_signed_request_object:
            inside = {"client_id": self.client.client_id, "request": self.object(**changes)}
        answer = self.push(person, inside)
        assert answer.status_code == 201, answer.data
        return str((answer.json or {})["request_uri"])

    def open(self, person: Person, request_uri: str, **beside: str) -> TestResponse:
        """The browser at /authorize with a reference."""
        asked = {"client_id": self.client.client_id, "request_uri": request_uri, **beside}
        return person.get("/authorize?" + urlencode(asked))

    def response(self, person: Person, request_uri: str, decision: str = "agree") -> dict[str, str]:
        """The authorization response at the end of a request, its JWT opened; consent is asked on the way."""
        answer = self.open(person, request_uri)
        while answer.status_code == 303 and answer.location.startswith("/"):
            here = answer.location
            answer = person.agree(here, decision) if "/consent/" in here else person.get(here)
        assert answer.status_code == 303, answer.data
        assert answer.location.startswith(self.redirect_uri)
        told = query(answer.location)
        return told if "response" not in told else read(told["response"])

    def code(self, person: Person, **changes: str | None) -> str:
        """The code of a whole pushed request."""
        return self.response(person, self.pushed(person, **changes))["code"]

    def redeem(self, person: Person, code: str, **changes: str | None) -> TestResponse:
        """The code at the token endpoint, with assertion and proof."""
        return self.at_token(person, self.token_form(code, **changes))

    def refresh(self, person: Person, token: str) -> TestResponse:
        """A refresh token at the token endpoint, with assertion and proof."""
        return self.at_token(person, {"grant_type": "refresh_token", "refresh_token": token})

    def at_token(self, person: Person, form: dict[str, str]) -> TestResponse:
        """A token request; asked for a nonce, it is sent once more with it (RFC 9449 §8)."""
        answer = self._at_token(person, form, "")
        nonce = answer.headers.get("DPoP-Nonce", "")
        challenged = nonce and (answer.json or {}).get("error") == "use_dpop_nonce"
        return self._at_token(person, form, nonce) if challenged else answer

    def _at_token(self, person: Person, form: dict[str, str], nonce: str) -> TestResponse:
        headers = {"DPoP": self.proof("/token", nonce)} if self.client.dpop_bound_access_tokens else {}
        return person.post("/token", {**form, **self.credentials()}, headers=headers)

    def proof(self, path: str, nonce: str = "") -> str:
        """A proof that this portal holds its key (RFC 9449 §4.2)."""
        return self.holder.proof(path, **({"nonce": nonce} if nonce else {}))


def read(token: str) -> dict[str, Any]:
    """The claims of a JWT of ours, its signature checked by the published keys."""
    from idp import keyring

    return keyring.verify(token, typ=None)


def refusal(answer: TestResponse) -> tuple[int, str]:
    """T(x): the error in the form of RFC 6749 §5.2, stored by nobody."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "application/json"
    body = answer.json or {}
    assert set(body) <= {"error", "error_description"}
    assert body.get("error_description", "").isascii()
    return answer.status_code, body["error"]
