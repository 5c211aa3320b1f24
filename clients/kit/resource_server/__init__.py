"""Verify access tokens in a portal's back end.

    api = ResourceServer(issuer="https://id.example.gov.cn", audience="tax-api", base="https://api.example.gov.cn")
    application = api.protect(application, Requirement(scope="data.query"))        # plain WSGI
    @app.get("/returns")
    @resource_server.flask.require(api, Requirement(acr="urn:gov-sso:acr:l3"))     # Flask

Owns: RFC 9068 tokens, DPoP and certificate binding, scope, level and age of the login, the challenges.
Not here: login, sessions, anything of the server; nothing of it is imported.
"""

from resource_server.issuer import Issuer
from resource_server.refusal import Refused
from resource_server.replay import Replays
from resource_server.requirement import Requirement
from resource_server.server import ENVIRON_KEY, ResourceServer
from resource_server.token import AccessToken

__all__ = ["ENVIRON_KEY", "AccessToken", "Issuer", "Refused", "Replays", "Requirement", "ResourceServer"]
