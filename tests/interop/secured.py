"""A server behind TLS, and the portals that reach it there: those of FAPI 2.0, those of whole products."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from tests import serving, tls
from tests.approving import CIBA, DEVICE_CODE
from tests.interop.portal import Portal
from tests.postgres import free_port
from tests.registrations import entry
from tests.tlsproxy import Proxy, ending_tls

_HOME = "https://portal.example"
_CERTIFIED = "portal.example"


@contextmanager
def secured(folder: Path) -> Iterator[dict[str, Portal]]:
    """The portals by name, of a server reached over TLS; a second origin asks for client certificates."""
    key = ECKey.generate_key("P-256", {"kid": "portal", "use": "sig", "alg": "ES256"})
    entries = _entries(dict(key.as_dict(private=False)))
    with (
        ending_tls(tls.server("127.0.0.1")) as front,
        ending_tls(tls.asking("127.0.0.1")) as handshakes,
        serving.running(folder, entries, processes=2, **_settings(front, handshakes)) as served,
    ):
        front.target = handshakes.target = served.port
        made = [_portal(one, front.origin, served, dict(key.as_dict(private=True))) for one in entries]
        yield {portal.client_id: portal for portal in made}


def _settings(front: Proxy, handshakes: Proxy) -> dict[str, object]:
    return {
        "issuer": front.origin,
        "trusted_proxies": json.dumps(["127.0.0.1/32"]),
        "client_certificate": "rfc9440",
        "client_certificate_authorities": tls.authority_file(),
        "mtls_origin": handshakes.origin,
        "dpop_demands_nonce": "true",
        "approval_interval": 1,
    }


def _entries(key: dict[str, Any]) -> list[dict[str, Any]]:
    by_key = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key]}}
    by_certificate = {
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_san_dns": _CERTIFIED,
        "tls_client_certificate_bound_access_tokens": True,
    }
    apache = f"http://127.0.0.1:{free_port()}"
    return [
        _entry("fapi", profile="fapi2", **by_key),
        _entry("signing", profile="fapi2-message-signing", **by_key),
        _entry("certified", profile="fapi2", **by_certificate),
        _entry(
            "counter",
            redirect_uris=[],
            post_logout_redirect_uris=[],
            dpop_bound_access_tokens=True,
            grant_types=[DEVICE_CODE, CIBA, "refresh_token"],
            backchannel_token_delivery_mode="poll",
            **by_key,
        ),
        _entry("go"),
        _entry("django", redirect_uris=[f"{_HOME}/oidc/callback/"]),
        _entry(
            "apache",
            redirect_uris=[f"{apache}/oidc"],
            post_logout_redirect_uris=[f"{apache}/signed-out"],
            backchannel_logout_uri=f"{apache}/oidc?logout=backchannel",
        ),
    ]


def _entry(name: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "client_id": name,
        "redirect_uris": [f"{_HOME}/callback"],
        "post_logout_redirect_uris": [f"{_HOME}/signed-out"],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    return entry(**usual | changes)


def _portal(entry: dict[str, Any], issuer: str, served: serving.Served, key: dict[str, Any]) -> Portal:
    return Portal(
        issuer=issuer,
        client_id=entry["client_id"],
        client_secret=served.secrets.get(entry["client_id"], ""),
        redirect_uri=next(iter(entry["redirect_uris"]), ""),
        post_logout_redirect_uri=next(iter(entry["post_logout_redirect_uris"]), ""),
        scope="openid profile",
        visitor=served.people[0],
        key=key,
        authority=str(tls.authority_file()),
        certificate=str(tls.certified(_CERTIFIED)),
    )
