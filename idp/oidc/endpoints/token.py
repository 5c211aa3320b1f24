"""The token endpoint (RFC 6749 §3.2)."""

from idp.oidc.engine import Server
from idp.oidc.grants import REGISTER
from idp.oidc.request import Answer, Request

_server = Server()
for _grant in REGISTER:
    _server.register_grant(_grant)


def post(http: Request) -> Answer:
    """A token request."""
    return _server.answer_token(http)
