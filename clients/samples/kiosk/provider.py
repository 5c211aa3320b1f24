"""The OpenID Provider as a kiosk sees it: three requests, and every check of what comes back."""

import time
from dataclasses import dataclass, field
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ALGORITHMS = ["ES256"]
PATIENCE = 10
_LEEWAY = 30


class Unreachable(Exception):
    """The provider does not answer, or not as the protocol says."""


class Waiting(Exception):
    """Nobody has decided yet; ``slower`` when the kiosk asked too often."""

    def __init__(self, *, slower: bool) -> None:
        super().__init__(slower)
        self.slower = slower


class Over(Exception):
    """The request has ended without a login: ``refused`` by the visitor, or by time."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__(refused)
        self.refused = refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What the screen shows, and what it must never show."""

    device_code: str = field(repr=False)
    user_code: str
    uri: str
    uri_complete: str
    interval: int
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is logged in at this machine."""

    name: str
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One kiosk's registration at one issuer."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    scope: str

    def ask(self) -> Codes:
        """Fresh codes (RFC 8628 §3.1)."""
        answer = self._post("/device_authorization", {"scope": self.scope})
        if answer.status_code != 200:
            raise Unreachable
        body = _json(answer)
        return Codes(
            device_code=body["device_code"],
            user_code=body["user_code"],
            uri=body["verification_uri"],
            uri_complete=body["verification_uri_complete"],
            interval=body.get("interval", 5),
            expires_at=time.monotonic() + body["expires_in"],
        )

    def poll(self, codes: Codes) -> Visitor:
        """Who approved; raises ``Waiting`` or ``Over`` (§3.5)."""
        answer = self._post("/token", {"grant_type": GRANT, "device_code": codes.device_code})
        body = _json(answer)
        if answer.status_code == 200:
            return self._visitor(body)
        if body.get("error") in ("authorization_pending", "slow_down"):
            raise Waiting(slower=body["error"] == "slow_down")
        if body.get("error") in ("access_denied", "expired_token", "invalid_grant"):
            raise Over(refused=body["error"] == "access_denied")
        raise Unreachable

    def give_back(self, visitor: Visitor) -> None:
        """End the visitor's session at this machine (RFC 7009)."""
        self._post("/revoke", {"token": visitor.access_token})

    def _visitor(self, body: dict[str, Any]) -> Visitor:
        """The person of the ID token, whom UserInfo must name too (OIDC Core §3.1.3.7, §5.3.2)."""
        claims = self._claims(body["id_token"])
        bearer = {"Authorization": f"Bearer {body['access_token']}"}
        try:
            told = requests.get(f"{self.issuer}/userinfo", headers=bearer, timeout=PATIENCE)
        except requests.RequestException as error:
            raise Unreachable from error
        person = _json(told)
        if person.get("sub") != claims["sub"]:
            raise Unreachable
        return Visitor(name=str(person.get("name_masked", "")), access_token=body["access_token"])

    def _claims(self, id_token: str) -> dict[str, Any]:
        try:
            keys = KeySet.import_key_set(requests.get(f"{self.issuer}/jwks", timeout=PATIENCE).json())
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        except (requests.RequestException, JoseError, ValueError) as error:
            raise Unreachable from error
        good = (claims.get("iss"), claims.get("aud")) == (self.issuer, self.client_id)
        if not good or claims.get("exp", 0) <= time.time() - _LEEWAY:
            raise Unreachable
        return claims

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        try:
            return requests.post(
                self.issuer + path, form, auth=(self.client_id, self.secret), timeout=PATIENCE
            )
        except requests.RequestException as error:
            raise Unreachable from error


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError as error:
        raise Unreachable from error
    if not isinstance(body, dict):
        raise Unreachable
    return body
