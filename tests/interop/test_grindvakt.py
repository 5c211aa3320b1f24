"""pygrindvakt: a relying party in Rust that shares no line with Authlib or joserfc, run at its strictest."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from pygrindvakt import AuthnError, rp
from pygrindvakt.http import ReqwestClient
from pygrindvakt.keys import signing_key_from_jwk

from tests.interop.browserless import Browser
from tests.interop.portal import Portal


class Visit:
    """A portal on pygrindvakt and the browser of its visitor, from discovery on."""

    def __init__(self, portal: Portal, *, by_key: bool = False) -> None:
        self.portal = portal
        self.http = ReqwestClient()
        self.browser = Browser()
        self.provider = rp.ProviderInfo.from_metadata(rp.discover(self.http, portal.issuer))
        key = signing_key_from_jwk(dict(portal.key), "ES256", portal.key["kid"]) if by_key else None
        self.client = rp.RpClient(
            portal.client_id,
            portal.redirect_uri,
            scope=portal.scope,
            client_secret=None if by_key else portal.client_secret,
            auth_method="private_key_jwt" if by_key else "client_secret_basic",
            signing_key=key,
            post_logout_redirect_uris=[portal.post_logout_redirect_uri],
        )

    def log_in(self) -> tuple[rp.TokenSet, str]:
        """Through the login pages to tokens; the tokens and the nonce that must stand in the ID token."""
        address, state, nonce, verifier = rp.begin(self.provider, self.client, pkce=True)
        answer = parse_qs(urlsplit(self.portal.log_in(self.browser, address)).query)
        assert (answer["state"], answer["iss"]) == ([state], [self.portal.issuer])
        return rp.exchange_code(self.http, self.provider, self.client, answer["code"][0], verifier), nonce

    def claims(self, tokens: rp.TokenSet, nonce: str) -> dict[str, object]:
        """The verified claims of the ID token, without leeway."""
        assert self.provider.jwks_uri
        keys = rp.JwksCache(self.http, self.provider.jwks_uri, self.portal.issuer)
        return keys.verify_id_token(
            tokens.id_token,
            self.portal.client_id,
            nonce,
            ["ES256"],
            leeway=0,
            access_token=tokens.access_token,
        )

    def refreshed(self, token: str) -> str:
        """The new access token; the library leaves refreshing to its user."""
        pair = f"{self.portal.client_id}:{self.portal.client_secret}".encode()
        headers = [("Authorization", f"Basic {base64.b64encode(pair).decode()}")]
        form = [("grant_type", "refresh_token"), ("refresh_token", token)]
        status, body, _ = self.http.post_form(self.provider.token_endpoint, form, headers)
        assert status == 200, body
        return str(json.loads(body)["access_token"])

    def person(self, access_token: str, subject: str) -> dict[str, object]:
        """The claims at the UserInfo endpoint, which must be of the same person."""
        endpoint = self.provider.userinfo_endpoint
        return rp.fetch_userinfo(self.http, endpoint, access_token, subject, self.portal.issuer, method="GET")

    def log_out(self, tokens: rp.TokenSet) -> str:
        """Where the browser ends after the portal's logout link."""
        address = rp.end_session_url(
            self.provider,
            client=self.client,
            id_token_hint=tokens.id_token,
            post_logout_redirect_uri=self.portal.post_logout_redirect_uri,
            state="bye",
        )
        return self.portal.log_out(self.browser, address)


def test_grindvakt_logs_in_refreshes_reads_claims_and_logs_out(portal: Portal) -> None:
    visit = Visit(portal)
    tokens, nonce = visit.log_in()
    subject = str(visit.claims(tokens, nonce)["sub"])
    access_token = visit.refreshed(tokens.raw["refresh_token"])
    assert visit.person(access_token, subject)["sub"] == subject
    assert visit.log_out(tokens) == f"{portal.post_logout_redirect_uri}?state=bye"
    with pytest.raises(AuthnError):
        visit.person(access_token, subject)


def test_grindvakt_proves_the_portal_by_its_key(keyed_portal: Portal) -> None:
    visit = Visit(keyed_portal, by_key=True)
    tokens, nonce = visit.log_in()
    assert visit.claims(tokens, nonce)["iss"] == keyed_portal.issuer


def test_grindvakt_refuses_an_id_token_of_another_login(portal: Portal) -> None:
    """The client checks what it is given, so that the tests above prove our tokens."""
    visit = Visit(portal)
    tokens, _ = visit.log_in()
    with pytest.raises(AuthnError):
        visit.claims(tokens, "another nonce")
