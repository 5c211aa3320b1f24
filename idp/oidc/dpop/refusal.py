"""The two ways a proof is refused."""

from idp.base.errors import Rejected
from idp.oidc.answers import Challenge
from idp.oidc.dpop import nonce


def refused(hint: str, *, why: str = "") -> Rejected:
    """A proof that does not hold (RFC 9449 §5)."""
    return Rejected("invalid_dpop_proof", hint, why=why)


def demanded(why: str) -> Challenge:
    """Ask for a proof with a nonce of ours (RFC 9449 §8)."""
    hint = "the proof must carry the nonce of this answer"
    return Challenge("use_dpop_nonce", hint, why=why, headers=(("DPoP-Nonce", nonce.fresh()),))
