"""The clients of the FAPI-CIBA plan (checklist A11): they sign requests and show certificates."""

from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from idp.approvals import jobs
from idp.base.clock import now
from tests.actors import ISSUER, Person
from tests.approving import CIBA
from tests.possession import Certified, certify
from tests.signing import SigningPortal, signing_portal

AUTHORITY = certify("Demo Authority", authority=True)
SHOWN = {name: certify(name, AUTHORITY) for name in ("bank", "second")}


def client(client_id: str = "bank", **changes: Any) -> SigningPortal:
    """A client of the plan: it signs its requests, and its tokens are bound to its certificate."""
    own: dict[str, Any] = {
        "redirect_uris": (),
        "post_logout_redirect_uris": (),
        "grant_types": (CIBA, "refresh_token"),
        "scopes": ("openid", "profile"),
        "token_endpoint_auth_signing_alg": "ES256",
        "tls_client_certificate_bound_access_tokens": True,
        "backchannel_token_delivery_mode": "poll",
        "backchannel_authentication_request_signing_alg": "ES256",
    }
    return signing_portal(client_id, **(own | changes))


def request_object(
    bank: SigningPortal, number: str, header: dict[str, Any] | None = None, **changes: Any
) -> str:
    """A signed request, changed; ``None`` leaves a claim out."""
    claims = {
        "iss": bank.client.client_id, "aud": ISSUER, "exp": now() + 300, "nbf": now(), "iat": now(),
        "jti": str(uuid4()), "scope": "openid profile", "login_hint": number, "acr_values": "l2", **changes,
    }  # fmt: skip
    return bank.sign(claims, {"alg": "ES256", **(header or {})}, changes.pop("key", None))


def ask(
    me: Person, bank: SigningPortal, request: str, aud: str = f"{ISSUER}/bc-authorize", **assertion: Any
) -> TestResponse:
    form = {"request": request, **bank.credentials(aud=aud, **assertion)}
    return me.post("/bc-authorize", form, headers=SHOWN[bank.client.client_id].header)


def begin(me: Person, bank: SigningPortal, number: str, **changes: Any) -> dict[str, Any]:
    """A request that must succeed, put before the person."""
    answer = ask(me, bank, request_object(bank, number, **changes))
    assert answer.status_code == 200, answer.data
    jobs.announce_due()
    return dict(answer.json or {})


def poll(
    me: Person, bank: SigningPortal, auth_req_id: str, shown: Certified | None = None, aud: str = ISSUER
) -> TestResponse:
    form = {"grant_type": CIBA, "auth_req_id": auth_req_id, **bank.credentials(aud=aud)}
    return me.post("/token", form, headers=(shown or SHOWN[bank.client.client_id]).header)


def error(answer: TestResponse) -> tuple[int, str]:
    body = answer.json or {}
    assert answer.content_type == "application/json"
    assert body.get("error_description", "").isascii()
    return answer.status_code, str(body.get("error"))
