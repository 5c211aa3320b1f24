"""What the tokens of a request will be bound to: a DPoP key (RFC 9449 §5), a certificate (RFC 8705 §3), none.

The proof is judged before anything is spent. That it is shown for the first time is found out in the packet
in which the grant spends its code, or, where a refused request must spend nothing, in one of its own.
"""

from collections.abc import Sequence
from typing import Any

from clients import Client, profiles
from idp.base.errors import Rejected
from idp.base.secret import same
from idp.oidc import dpop, mtls
from idp.oidc.dpop import Proof
from idp.oidc.request import Request
from idp.store import redis
from idp.store.once import Mark
from idp.tokens import confirmation


class Sender:
    """What a request has shown of its sender."""

    __slots__ = ("_proof", "binding")

    def __init__(self, binding: str = "", proof: Proof | None = None) -> None:
        self.binding = binding
        """``jkt:…``, ``x5t#S256:…`` or empty: what goes into ``cnf``."""
        self._proof = proof

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What the answer should carry for the next proof."""
        return self._proof.headers if self._proof else ()

    @property
    def code_binding(self) -> dict[str, str]:
        """``dpop_jkt``, as if the request had named the key of its proof itself (RFC 9449 §10.1)."""
        return {"dpop_jkt": self._proof.thumbprint} if self._proof else {}

    @property
    def mark(self) -> Mark | None:
        """The mark of the proof, while nobody has sent it."""
        if self._proof is None or self._proof.mark.state != "not sent":
            return None
        return self._proof.mark

    @property
    def commands(self) -> tuple[tuple[Any, ...], ...]:
        """The mark's commands, to be sent beside others; their replies go to ``hear``."""
        return self.mark.commands if self.mark else ()

    def hear(self, replies: Sequence[Any]) -> None:
        """Take the replies to ``commands``, and refuse a proof that was shown before."""
        if self.mark:
            self.mark.hear(replies)
        self.settle()

    def ride(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Send commands with the mark beside them; their replies, or a refusal for a proof shown before.

        The commands are carried out in any case: they may not spend what the refused request should keep.
        """
        replies = redis.pipeline(*commands, *self.commands)
        self.hear(replies[len(commands) :])
        return replies[: len(commands)]

    def settle(self) -> None:
        """Be sure that the proof was shown for the first time, before anything is minted."""
        if mark := self.mark:
            mark.hear(redis.pipeline(*mark.commands))
        if self._proof:
            dpop.judge(self._proof.mark)


def of_token_request(http: Request, client: Client) -> Sender:
    """The sender of a token request, bound as its registration and its profile demand.

    Raises ``invalid_dpop_proof``, ``use_dpop_nonce``, or ``invalid_request`` for a missing certificate.
    """
    by_certificate = client.tls_client_certificate_bound_access_tokens
    if dpop.shown(http):
        if by_certificate:
            raise Rejected("invalid_request", "the client is registered for tokens bound to its certificate")
        proof = dpop.read(http)
        return Sender(confirmation.text(confirmation.JKT, proof.thumbprint), proof)
    if by_certificate:
        return Sender(confirmation.text(confirmation.X5T, _certificate(http).thumbprint))
    if client.dpop_bound_access_tokens or profiles.of(client).sender_constrained:
        raise dpop.refused("a DPoP proof is required")
    return Sender()


def of_pushed_request(http: Request) -> Sender:
    """The sender of a pushed request, to whose key the code will be bound (RFC 9449 §10.1)."""
    if not dpop.shown(http):
        return Sender()
    proof = dpop.read(http)
    return Sender(confirmation.text(confirmation.JKT, proof.thumbprint), proof)


def pushes(sender: Sender, parameters: dict[str, str]) -> dict[str, str]:
    """The request, its code bound to the key of its sender; it may not name another (RFC 9449 §10.1)."""
    bound = parameters | sender.code_binding
    if "dpop_jkt" in parameters and not same(parameters["dpop_jkt"], bound["dpop_jkt"]):
        raise dpop.refused("dpop_jkt is not the key of the proof")
    return bound


def redeems(sender: Sender, thumbprint: str) -> None:
    """A code bound to a key is redeemed with a proof of that key alone (RFC 9449 §10)."""
    if thumbprint and not same(sender.binding, confirmation.text(confirmation.JKT, thumbprint)):
        raise dpop.refused("the code is bound to another key", why="dpop.code_key")


def continues(sender: Sender, client: Client, binding: str) -> None:
    """A grant once bound stays bound: a public client's to the same key (RFC 9449 §5, RFC 8705 §4).

    A confidential client proves itself by its own credential, and may change its key (RFC 9449 §5).
    """
    if not binding or same(sender.binding, binding):
        return
    if client.public or not sender.binding:
        raise Rejected("invalid_grant", "the refresh token is bound to another key", why="sender.changed")


def _certificate(http: Request) -> mtls.Certificate:
    shown = mtls.certificate(http)
    if shown is None:
        raise Rejected("invalid_request", "a client certificate is required")
    return shown
