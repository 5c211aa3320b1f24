"""The OpenID Provider as the portal sees it: Authlib's client, and the checks Authlib leaves to us."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from flask import Flask, Response
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from requests import HTTPError, RequestException

from .design import Design, Place

ALGORITHMS = ["ES256"]
LEEWAY = 30
PATIENCE = 10
KEYS_AGAIN_AFTER = 10


class Unreachable(Exception):
    """The provider does not answer."""


class Refused(Exception):
    """The provider answered with an OAuth error, or with something that must not be believed."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What the portal knows after the code was exchanged and everything was checked."""

    id_token: str
    header: dict[str, Any]
    claims: dict[str, Any]
    userinfo: dict[str, Any]
    access_token: str
    refresh_token: str


class IssuerBoundJWT(PrivateKeyJWT):  # type: ignore[misc]
    """``private_key_jwt`` for the issuer alone, living a minute (FAPI 2.0 SP §5.3.3)."""

    def __init__(self, issuer: str) -> None:
        super().__init__()
        self._issuer = issuer

    def sign(self, auth: Any, token_endpoint: str) -> str:
        """The assertion; a claims argument of Authlib would be reused with its jti, so none is passed."""
        key = auth.client_secret
        signed: str = private_key_jwt_sign(
            key, auth.client_id, self._issuer, "ES256", header={"kid": key.kid}, expires_in=60
        )
        return signed


class Provider:
    """One client of one issuer."""

    def __init__(self, app: Flask, design: Design, place: Place) -> None:
        method = "private_key_jwt" if isinstance(place.credential, ECKey) else "client_secret_basic"
        self._issuer = place.issuer
        self._client_id = design.client_id
        self._keys_read_at = 0.0
        self._keys_lock = threading.Lock()
        self._oauth = OAuth(app).register(
            "provider",
            client_id=design.client_id,
            client_secret=place.credential,
            server_metadata_url=f"{place.issuer}/.well-known/openid-configuration",
            client_auth_methods=[IssuerBoundJWT(place.issuer)] if method == "private_key_jwt" else None,
            client_kwargs={
                "scope": design.scope,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method,
                "default_timeout": PATIENCE,
            },
        )

    def metadata(self) -> dict[str, Any]:
        """The provider's metadata, read once; its issuer must be the one we asked (OIDC Discovery §4.3)."""
        try:
            metadata: dict[str, Any] = self._oauth.load_server_metadata()
        except RequestException as error:
            raise Unreachable from error
        if metadata.get("issuer") != self._issuer:
            self._oauth.server_metadata.clear()
            raise Refused("wrong_issuer")
        # Which algorithms are good is our decision, not the document's (RFC 8725 §3.1).
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        return metadata

    def ask(self, redirect_uri: str, **parameters: str) -> Response:
        """Send the browser to the authorization endpoint; Authlib adds PKCE, state and nonce."""
        self.metadata()
        answer: Response = self._oauth.authorize_redirect(redirect_uri, **parameters)
        return answer

    def finish(self) -> Login:
        """Exchange the code of the current request and check all that came for it."""
        self.metadata()
        with _plain_words():
            tokens = self._oauth.authorize_access_token(claims_options=self._claims_options(), leeway=LEEWAY)
            if "id_token" not in tokens:
                raise Refused("bad_id_token")
            return self._login(tokens, dict(tokens["userinfo"]))

    def refresh(self, login: Login) -> Login:
        """A fresh access token and, when one comes, a fresh ID token (OIDC Core §12.2)."""
        self.metadata()
        with _plain_words():
            tokens = self._oauth.fetch_access_token(
                grant_type="refresh_token", refresh_token=login.refresh_token
            )
            tokens.setdefault("refresh_token", login.refresh_token)
            if "id_token" not in tokens:
                tokens["id_token"] = login.id_token
                return self._login(tokens, login.claims)
            claims = self._oauth.parse_id_token(
                tokens, nonce=None, claims_options=self._claims_options(), leeway=LEEWAY
            )
            if any(claims.get(name) != login.claims.get(name) for name in ("sub", "iss", "aud")):
                raise Refused("other_person")
            return self._login(tokens, dict(claims))

    def keys(self, token: str) -> KeySet:
        """The provider's keys; read again for an unknown key id, but not for everyone who invents one."""
        self.metadata()
        try:
            keys = KeySet.import_key_set(self._oauth.fetch_jwk_set())
            kid = _key_id(token)
            with self._keys_lock:
                if kid not in {key.kid for key in keys} and time.monotonic() > self._keys_read_at:
                    self._keys_read_at = time.monotonic() + KEYS_AGAIN_AFTER
                    keys = KeySet.import_key_set(self._oauth.fetch_jwk_set(force=True))
        except RequestException as error:
            raise Unreachable from error
        return keys

    def _login(self, tokens: dict[str, Any], claims: dict[str, Any]) -> Login:
        userinfo = dict(self._oauth.userinfo(token=tokens))
        if userinfo.get("sub") != claims["sub"]:  # OIDC Core §5.3.2: else the two may be of two persons
            raise Refused("other_person")
        return Login(
            id_token=tokens["id_token"],
            header=dict(jws.extract_compact(tokens["id_token"].encode()).headers()),
            claims=claims,
            userinfo=userinfo,
            access_token=tokens["access_token"],
            refresh_token=tokens.get("refresh_token", ""),
        )

    def _claims_options(self) -> dict[str, Any]:
        # Authlib accepts a foreign audience beside a fitting azp unless it is told the values.
        return {
            "iss": {"essential": True, "values": [self._issuer]},
            "aud": {"essential": True, "values": [self._client_id]},
        }


def _key_id(token: str) -> str | None:
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return None
    return kid if isinstance(kid, str) else None


@contextmanager
def _plain_words() -> Iterator[None]:
    """Turn what Authlib, joserfc and requests raise into our two words; no secret is in either."""
    try:
        yield
    except HTTPError as error:
        if error.response is not None and error.response.status_code in (400, 401, 403):
            raise Refused("invalid_token") from error
        raise Unreachable from error
    except RequestException as error:
        raise Unreachable from error
    except JoseError as error:
        raise Refused("bad_id_token") from error
    except AuthlibBaseError as error:
        raise Refused(error.error or "server_error", error.description or "") from error
    except (KeyError, TypeError, ValueError) as error:  # an answer of another shape than the protocol's
        raise Refused("server_error") from error
