"""Events posted to an address, each batch signed by us, so that the receiver needs no secret of ours.

The header ``Audit-Signature`` is a JWS (``typ`` audit-batch+jwt) by a key of our ``jwks_uri`` over the digest
of the body and the places it holds.
"""

from collections.abc import Sequence
from hashlib import sha256

import orjson

from idp import keyring, outbound, settings
from idp.audit.stream import Sealed
from idp.base import clock
from idp.base.secret import b64url
from idp.relay.syslog import Failed

TYPE = "audit-batch+jwt"
_SECONDS = 10


def send(events: Sequence[Sealed]) -> None:
    """Post events in one batch; raises ``Failed`` unless the answer is one of success."""
    conf = settings.current()
    body = orjson.dumps({
        "issuer": conf.issuer,
        "events": [{"seq": one.seq, "hash": one.hash, "event": _members(one)} for one in events],
    })  # fmt: skip
    headers = {"Content-Type": "application/json", "Audit-Signature": _signature(body, events)}
    try:
        reply = outbound.post(conf.audit_webhook, body, headers=headers, seconds=_SECONDS)
    except outbound.Failed as failure:
        raise Failed(failure.why) from None
    if not 200 <= reply.status < 300:
        raise Failed(f"status {reply.status}")


def _members(one: Sealed) -> object:
    return orjson.loads(one.event.line()) | {"detail": orjson.loads(one.event.detail)}


def _signature(body: bytes, events: Sequence[Sealed]) -> str:
    conf = settings.current()
    return keyring.sign(
        {
            "iss": conf.issuer, "aud": conf.audit_webhook, "iat": clock.now(),
            "sha256": b64url(sha256(body).digest()), "first": events[0].seq, "last": events[-1].seq,
        },
        typ=TYPE,
    )  # fmt: skip
