"""The key a token is bound to (RFC 7800 §3), as one text: ``jkt:…``, ``x5t#S256:…``, or empty for none."""

from collections.abc import Mapping
from typing import Any, Literal

#: Thumbprint of the public key that proofs are signed with (RFC 9449 §6.1).
JKT = "jkt"
#: Thumbprint of the certificate shown in the TLS handshake (RFC 8705 §3.1).
X5T = "x5t#S256"


def text(kind: str, thumbprint: str) -> str:
    """A binding by one kind of thumbprint."""
    return f"{kind}:{thumbprint}"


def claims(binding: str) -> dict[str, dict[str, str]]:
    """The claim ``cnf``, or nothing for a token that whoever holds it may use."""
    kind, _, thumbprint = binding.partition(":")
    return {"cnf": {kind: thumbprint}} if binding else {}


def of_claims(held: Mapping[str, Any]) -> str:
    """The binding that stands in a token of ours."""
    return "".join(text(kind, thumbprint) for kind, thumbprint in held.get("cnf", {}).items())


def token_type(binding: str) -> Literal["DPoP", "Bearer"]:
    """What the token response calls it (RFC 9449 §5; RFC 8705 leaves certificate-bound ones ``Bearer``)."""
    return "DPoP" if binding.startswith(f"{JKT}:") else "Bearer"
