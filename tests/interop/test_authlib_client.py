"""Authlib's Flask client: what most Flask portals use, with a portal's own session and callback view."""

from typing import Any
from urllib.parse import urlencode

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from tests.interop.browserless import Browser
from tests.interop.portal import Portal


def _registered(app: Flask, portal: Portal) -> FlaskOAuth2App:
    return OAuth(app).register(
        "idp",
        client_id=portal.client_id,
        client_secret=portal.client_secret,
        server_metadata_url=f"{portal.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": portal.scope, "code_challenge_method": "S256"},
    )


@pytest.fixture
def site(portal: Portal) -> tuple[Flask, FlaskOAuth2App]:
    """A portal of two views: one sends the visitor to log in, one takes the visitor back."""
    app = Flask(__name__)
    app.secret_key = "only for this test"
    app.testing = True
    idp = _registered(app, portal)

    @app.get("/login")
    def login() -> ResponseReturnValue:
        answer: ResponseReturnValue = idp.authorize_redirect(portal.redirect_uri)
        return answer

    @app.get("/callback")
    def callback() -> ResponseReturnValue:
        return jsonify(idp.authorize_access_token())

    return app, idp


def test_authlib_logs_in_refreshes_reads_claims_and_logs_out(
    portal: Portal, site: tuple[Flask, FlaskOAuth2App]
) -> None:
    app, idp = site
    browser, visitor = Browser(), app.test_client()
    back = portal.log_in(browser, visitor.get("/login").location)
    token: dict[str, Any] = visitor.get(back.replace(portal.redirect_uri, "/callback")).get_json()
    assert token["userinfo"]["iss"] == portal.issuer

    with app.app_context():
        renewed = idp.fetch_access_token(grant_type="refresh_token", refresh_token=token["refresh_token"])
        assert renewed["refresh_token"] != token["refresh_token"]
        assert idp.userinfo(token=renewed)["sub"] == token["userinfo"]["sub"]
        leave = {
            "id_token_hint": token["id_token"],
            "post_logout_redirect_uri": portal.post_logout_redirect_uri,
        }
        metadata = idp.load_server_metadata()
        portal.log_out(browser, f"{metadata['end_session_endpoint']}?{urlencode(leave)}")
        with pytest.raises(OAuthError, match="invalid_grant"):
            idp.fetch_access_token(grant_type="refresh_token", refresh_token=renewed["refresh_token"])


def test_authlib_refuses_the_answer_of_another_visitor(
    portal: Portal, site: tuple[Flask, FlaskOAuth2App]
) -> None:
    """The portal's own session decides whose callback it is, so that these tests prove a checking client."""
    app, _ = site
    back = portal.log_in(Browser(), app.test_client().get("/login").location)
    with pytest.raises(OAuthError, match="mismatching_state"):
        app.test_client().get(back.replace(portal.redirect_uri, "/callback"))
