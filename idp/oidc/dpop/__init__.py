"""DPoP (RFC 9449): a request shows by a signed proof that its sender holds a key.

Owns: reading and judging proofs, the nonces we give for them, the mark that lets each be used once.
Not here: which requests need a proof (``idp.oidc.sender``, ``idp.oidc.bearer``), what a token is bound to
(``idp.tokens.confirmation``).
"""

from idp.oidc.dpop.proof import Proof, judge, read, shown
from idp.oidc.dpop.refusal import refused
from idp.oidc.dpop.signature import ALGORITHMS

__all__ = ["ALGORITHMS", "Proof", "judge", "read", "refused", "shown"]
