"""Server nonces for DPoP proofs (RFC 9449 §8): the moment they were made, sealed, so nobody keeps a list.

Every nonce younger than ``LIFETIME`` is good, whichever process made it: a client that sends several
requests at once never finds that one of them has used up the nonce of the others.
"""

import struct
from typing import Any

from idp import keyring
from idp.base.clock import now

LIFETIME = 300
#: A machine whose clock is behind makes nonces that look a little old here, one ahead a little young.
_SKEW = 60
_FORM = struct.Struct(">10sQ")
_LABEL = b"dpop-nonce"


def fresh() -> str:
    """A nonce of now."""
    return keyring.seal_token(_FORM.pack(_LABEL, now()))


def made_at(value: Any) -> int | None:
    """When a nonce was made; ``None`` when it is not one of ours, or too old."""
    plain = keyring.open_token(value) if isinstance(value, str) else None
    if plain is None or len(plain) != _FORM.size:
        return None
    label, moment = _FORM.unpack(plain)
    good = label == _LABEL and -_SKEW <= now() - moment <= LIFETIME
    return int(moment) if good else None


def wears_out(moment: int) -> bool:
    """Whether a client should be given its next nonce along with the answer (§8.2)."""
    return now() - moment > LIFETIME // 2
