"""A provider of a few lines, answering where the portals' requests would leave this process."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey

from clients.samples import enterprise, tax
from clients.samples.portal import Neighbour, Place, create_app

ISSUER = "https://op.example.gov"
ADDRESS = "http://127.0.0.1:8091"
SUBJECT = "s" * 43


class FakeProvider:
    """Answers discovery, keys, token and UserInfo; a test changes what it says."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})
        self.down = False
        self.issuer = ISSUER
        self.nonce = ""
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {"sub": SUBJECT, "name": "张示", "name_masked": "张*"}
        self.token_error: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.keys_read = 0

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": SUBJECT,
            "aud": "tax",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": self.nonce,
            "sid": "sid-1",
            "acr": "urn:gov-sso:acr:l2",
            "amr": ["pwd"],
        } | self.claims
        return self.sign(claims)

    def sign(self, claims: dict[str, Any], typ: str = "JWT") -> str:
        return jwt.encode({"alg": "ES256", "kid": "k1", "typ": typ}, claims, self.key, algorithms=["ES256"])

    def answer(self, request: requests.PreparedRequest) -> tuple[int, Any]:
        path = urlsplit(str(request.url)).path
        if path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo", "end_session")
            return 200, {
                "issuer": self.issuer,
                "jwks_uri": f"{ISSUER}/jwks",
                "id_token_signing_alg_values_supported": ["none", "HS256", "ES256"],
            } | {f"{name}_endpoint": f"{ISSUER}/{name}" for name in names}
        if path == "/jwks":
            self.keys_read += 1
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/token":
            self.forms.append(dict(parse_qsl(str(request.body))))
            self.headers.append(dict(request.headers))
            if self.token_error:
                return 400, self.token_error
            tokens = {
                "access_token": "at",
                "token_type": "Bearer",
                "expires_in": 300,
                "refresh_token": "rt-2",
            }
            return 200, tokens | {"id_token": self.id_token()}
        return 200, self.userinfo

    def send(self, adapter: object, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if self.down:
            raise requests.ConnectionError("refused")
        assert options["timeout"], "a request without a time limit"
        response = requests.Response()
        response.status_code, body = self.answer(request)
        response._content = json.dumps(body).encode()
        response.headers["Content-Type"] = "application/json"
        response.url, response.request = str(request.url), request
        return response


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda *a, **o: fake.send(*a, **o))
    return fake


def place(credential: str | ECKey = "a-secret") -> Place:
    neighbours = (Neighbour(name=enterprise.DESIGN.name, address="http://127.0.0.1:8093"),)
    return Place(address=ADDRESS, issuer=ISSUER, credential=credential, neighbours=neighbours)


@pytest.fixture
def portal(provider: FakeProvider) -> Flask:
    return create_app(tax.DESIGN, place())


class Browser:
    """A browser at the portal, and the provider's side of the front channel."""

    def __init__(self, app: Flask, provider: FakeProvider) -> None:
        self.app = app
        self.provider = provider
        self.http: FlaskClient = app.test_client()

    def get(self, path: str) -> Any:
        return self.http.get(path, base_url=ADDRESS)

    def post(self, path: str, **form: str) -> Any:
        return self.http.post(path, base_url=ADDRESS, data=form)

    def ask(self, path: str = "/login") -> dict[str, str]:
        """Begin a login and return what the portal asked the provider."""
        answer = self.get(path)
        assert answer.status_code in (302, 303)
        asked = dict(parse_qsl(urlsplit(answer.location).query))
        self.provider.nonce = asked["nonce"]
        return asked

    def come_back(self, asked: dict[str, str], **changed: str) -> Any:
        values = {"state": asked["state"], "iss": ISSUER, "code": "c"} | changed
        query = "&".join(f"{name}={value}" for name, value in values.items() if value)
        return self.get(f"/callback?{query}")

    def log_in(self, path: str = "/login") -> Any:
        return self.come_back(self.ask(path))

    @property
    def logged_in(self) -> bool:
        return 'id="log-in"' not in self.get("/").text

    @property
    def cookie(self) -> str:
        cookie = self.http.get_cookie("visit_tax", domain="127.0.0.1")
        return cookie.value if cookie else ""

    def form_token(self) -> str:
        page = self.get("/").text
        return str(page.split('name="csrf_token" value="')[1].split('"')[0])


@pytest.fixture
def browser(portal: Flask, provider: FakeProvider) -> Browser:
    return Browser(portal, provider)
