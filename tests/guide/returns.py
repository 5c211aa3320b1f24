from flask import Flask, g
from resource_server import Issuer, Requirement, ResourceServer
from resource_server.flask import require

HERE = "https://api.tax.prov01.example"


def application(issuer: str | Issuer) -> Flask:
    api = ResourceServer(issuer=issuer, audience=HERE, base=HERE)
    app = Flask("returns")

    @app.get("/returns")
    @require(api, Requirement(scope="profile"))
    def returns() -> dict[str, str]:
        return {"taxpayer": g.access_token.subject, "portal": g.access_token.client_id}

    @app.post("/returns")
    @require(api, Requirement(scope="profile", acr="urn:gov-sso:acr:l3", max_age=900))
    def file() -> dict[str, str]:
        return {"filed": "yes"}

    return app
