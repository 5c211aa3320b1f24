"""The portals that the clients of this folder play, registered at a running server."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey

from tests import serving
from tests.interop import secured
from tests.interop.portal import Portal
from tests.registrations import entry

_HOME = "http://127.0.0.1:1"
_CALLBACKS = {
    "redirect_uris": [f"{_HOME}/callback"],
    "post_logout_redirect_uris": [f"{_HOME}/signed-out"],
    "grant_types": ["authorization_code", "refresh_token"],
}


@pytest.fixture(scope="session")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Portal]]:
    """Portals by how they prove themselves, and a visitor with a password."""
    key = ECKey.generate_key("P-256", {"kid": "portal", "use": "sig", "alg": "ES256"})
    by_secret = entry(client_id="by-secret", **_CALLBACKS)
    by_key = entry(
        client_id="by-key",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
        **_CALLBACKS,
    )
    with serving.running(tmp_path_factory.mktemp("interop"), [by_secret, by_key], processes=2) as served:
        yield {
            name: Portal(
                issuer=served.issuer,
                client_id=name,
                client_secret=served.secrets.get(name, ""),
                redirect_uri=_CALLBACKS["redirect_uris"][0],
                post_logout_redirect_uri=_CALLBACKS["post_logout_redirect_uris"][0],
                scope="openid profile",
                visitor=served.people[0],
                key=key.as_dict(private=True),
            )
            for name in ("by-secret", "by-key")
        }


@pytest.fixture(scope="session")
def portal(portals: dict[str, Portal]) -> Portal:
    """A portal that proves itself by its secret (client_secret_basic)."""
    return portals["by-secret"]


@pytest.fixture(scope="session")
def keyed_portal(portals: dict[str, Portal]) -> Portal:
    """A portal that proves itself by its key (private_key_jwt)."""
    return portals["by-key"]


@pytest.fixture(scope="session")
def secured_portals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Portal]]:
    """Portals by name, of a server behind TLS."""
    with secured.secured(tmp_path_factory.mktemp("secured")) as portals:
        yield portals
