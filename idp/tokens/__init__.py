"""Authorization codes, access tokens, ID tokens, refresh-token families.

Owns: how each is made, bound, found alive, rotated and killed.
Not here: who may have one (``idp.oidc``), signatures and seals (``idp.keyring``), the session itself.

A *grant* is what one authorization gave: it has one code, one family of refresh tokens and their access
tokens. Its id is derived from the code, so a replayed code finds what it must kill.
"""

from idp.tokens.codes import Grant, issue_code, take_code
from idp.tokens.handle import Handle
from idp.tokens.liveness import alive, revoke_access
from idp.tokens.mint import access_token, id_token, named_scopes, read_access_token

__all__ = [
    "Grant",
    "Handle",
    "access_token",
    "alive",
    "id_token",
    "issue_code",
    "named_scopes",
    "read_access_token",
    "revoke_access",
    "take_code",
]
