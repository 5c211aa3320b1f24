"""Questions of who proves that it holds a key (RFC 9449)."""

from typing import Any

from joserfc.jwk import ECKey

from tests.validation.kinds import kind
from tests.validation.server import Client, Server, told
from tests.wire import Answer


@kind
def prove(server: Server, *, header: Any = None, shows_private: bool = False, **changes: Any) -> str:
    """A code of a FAPI 2.0 client redeemed with a proof that is changed."""
    client = server.clients["bank"]
    head = {"jwk": dict(client.holder.key.as_dict(private=True))} if shows_private else {}
    proof = server.proof(client, header=head | (header or {}), **changes)
    return told(_redeem_with(server, client, server.code(client), proof))


@kind
def prove_nothing(server: Server) -> str:
    """A code of a FAPI 2.0 client redeemed without a proof."""
    client = server.clients["bank"]
    return told(_redeem_with(server, client, server.code(client), ""))


@kind
def prove_twice(server: Server) -> str:
    """One proof for two codes."""
    client = server.clients["bank"]
    nonce = _nonce(server, client)
    proof = server.proof(client, **({"nonce": nonce} if nonce else {}))
    _redeem_with(server, client, server.code(client), proof)
    return told(_redeem_with(server, client, server.code(client), proof))


@kind
def prove_another_key(server: Server) -> str:
    """A code bound to a key by ``dpop_jkt``, redeemed with a proof of another."""
    client = server.clients["bank"]
    stranger = ECKey.generate_key("P-256").thumbprint()
    return told(server.redeem(client, server.code(client, dpop_jkt=stranger)))


@kind
def bound(server: Server, *, scheme: str = "DPoP", proof: bool = True, **changes: Any) -> str:
    """A bound access token at the UserInfo endpoint, with a proof that is changed or left out."""
    client = server.clients["bank"]
    held = server.tokens(client)["access_token"]
    made = server.proof(client, "userinfo", "GET", token=held, **changes)
    return told(server.userinfo(f"{scheme} {held}", **({"DPoP": made} if proof else {})))


def _redeem_with(server: Server, client: Client, code: str, proof: str) -> Answer:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_uri}
    form |= {"code_verifier": client.verifier} | server.assertion(client)
    return server.post("token", form, **({"DPoP": proof} if proof else {}))


def _nonce(server: Server, client: Client) -> str:
    """A nonce, where the server gives one for a proof of long ago."""
    old = server.proof(client, iat=1)
    return _redeem_with(server, client, "unknown", old).header("dpop-nonce")
