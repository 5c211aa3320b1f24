"""Clients that prove themselves by what others certified: a certificate, an assertion of another platform."""

from tempfile import NamedTemporaryFile

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.actors import ISSUER, Portal, citizen, query
from tests.guide.scene import Scene, walk
from tests.possession import certify, proxied

#: Where the proxy asks for certificates, and how the page names it.
HANDSHAKES, SHOWN_HANDSHAKES = "http://127.0.0.1:8443", "https://mtls.id.prov01.example"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
NEIGHBOUR = "https://id.prov02.example"


def mutual_tls(scene: Scene) -> None:
    authority = certify("Demo Authority", authority=True)
    mine, other = certify("fund.prov01.example", authority), certify("other.prov01.example", authority)
    scene.mask.call(HANDSHAKES, SHOWN_HANDSHAKES)
    with NamedTemporaryFile() as file:
        file.write(authority.pem)
        file.flush()
        at = {"mtls_origin": HANDSHAKES, "client_certificate_authorities": file.name}
        with proxied(scene.app, **at) as me:
            fund = scene.portal("mutual-tls")
            me.log_in(citizen())
            told = me.get("/.well-known/openid-configuration").json or {}
            scene.json("aliases", {"mtls_endpoint_aliases": told["mtls_endpoint_aliases"]})
            form = _form(fund, query(walk(me, me.authorize(fund)))["code"])
            there = {"base_url": HANDSHAKES}
            scene.exchange("refused", me.http.post("/token", data=form, headers=other.header, **there), 401)
            answer = me.http.post("/token", data=form, headers=mine.header, **there)
            token = scene.exchange("token", answer)["access_token"]
            scene.token("access-token", token)
            bearer = {"Authorization": f"Bearer {token}"}
            scene.exchange("userinfo", me.http.get("/userinfo", headers=bearer | mine.header, **there))
            scene.exchange("stolen", me.http.get("/userinfo", headers=bearer | other.header, **there), 401)


def _form(fund: Portal, code: str) -> dict[str, str]:
    return fund.token_form(code, client_id=fund.client.client_id)


def jwt_bearer(scene: Scene) -> None:
    key = ECKey.generate_key("P-256", {"kid": "prov02-1"})
    bridge = scene.portal("jwt-bearer", {"KEY_X": key["x"], "KEY_Y": key["y"]})
    moment = int(scene.time)
    claims = {
        "iss": NEIGHBOUR, "sub": "batch-1", "aud": ISSUER, "jti": "8a1f3c52-5d3e-4b60-9d0b-1f2f0c6f9a11",
        "iat": moment, "exp": moment + 300,
    }  # fmt: skip
    assertion = jwt.encode({"alg": "ES256", "kid": "prov02-1"}, claims, key, default_type=None)
    scene.mask.call(assertion, "ASSERTION")
    scene.token("assertion", assertion)
    form = {"grant_type": BEARER, "assertion": assertion, "scope": "data.query"}
    me = scene.stranger()
    tokens = scene.exchange("token", me.token(bridge, form))
    scene.token("access-token", tokens["access_token"])
    scene.exchange("again", me.token(bridge, form), 400)
