"""``WWW-Authenticate``: what a protected resource of ours would accept (RFC 6750 §3, RFC 9449 §7.1).

Each challenge names the scheme, the error, and where the resource is described (RFC 9728 §5.1).
"""

from typing import Literal

from idp import audit, settings
from idp.base.errors import Rejected
from idp.oidc.answers import Challenge
from idp.oidc.dpop import ALGORITHMS
from idp.oidc.request import Request

#: Where a protected resource is described; its own path follows (RFC 9728 §3.1).
METADATA = "/.well-known/oauth-protected-resource"

Scheme = Literal["Bearer", "DPoP"]

_STATUS = {"invalid_request": 400, "insufficient_scope": 403}


def nothing_shown(http: Request) -> Challenge:
    """The answer to a request without a token: both schemes, and no error (RFC 6750 §3.1)."""
    return Challenge(
        "invalid_request", "", status=401, headers=(_offer(http, "Bearer", {}), _offer(http, "DPoP", {}))
    )


def refusing(
    http: Request, error: Rejected, scheme: Scheme, *, client: str | None = None, **attributes: str
) -> Challenge:
    """Record a refusal, and say it as the scheme does; its own headers stay (a nonce)."""
    audit.record("token.refuse", client=client, outcome="refused", reason=error.why, error=error.code)
    told = {"error": error.code, "error_description": error.hint, **attributes}
    own = error.headers if isinstance(error, Challenge) else ()
    return Challenge(
        error.code,
        error.hint,
        why=error.why,
        status=_STATUS.get(error.code, 401),
        headers=(_offer(http, scheme, told), *own),
    )


def _offer(http: Request, scheme: Scheme, told: dict[str, str]) -> tuple[str, str]:
    values = {"realm": http.path.removeprefix("/"), **told}
    if scheme == "DPoP":
        values["algs"] = " ".join(ALGORITHMS)
    values["resource_metadata"] = f"{settings.current().issuer}{METADATA}{http.path}"
    return "WWW-Authenticate", f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in values.items())
