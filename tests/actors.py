"""Those who take part: a portal that speaks OpenID Connect by hand, and a citizen's browser."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

import clients
from clients import Client
from clients import service as registry
from idp import sessions, settings

ISSUER = "http://127.0.0.1:8080"


def portal(client_id: str = "tax", **changes: Any) -> "Portal":
    """Register a portal; what is not said is as most portals have it."""
    values: dict[str, Any] = {
        "client_id": client_id,
        "name": "税务服务门户",
        "name_en": "Tax Services",
        "organization": "示范省税务局",
        "organization_en": "Demo Tax Office",
        "contact": "12366",
        "purpose": "办理涉税事项",
        "purpose_en": "Tax matters",
        "retention": "五年",
        "retention_en": "Five years",
        "sector": f"{client_id}.example.gov",
        "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": (f"https://{client_id}.example.gov/cb",),
        "post_logout_redirect_uris": (f"https://{client_id}.example.gov/bye",),
        "grant_types": ("authorization_code", "refresh_token"),
        "response_modes": ("query", "form_post"),
        "scopes": ("openid", "profile", "realname", "age"),
    }
    (change,) = registry.apply([Client(**(values | changes))], operator="test")
    found = clients.find(client_id)
    assert found is not None
    return Portal(client=found, secret=change.secret.reveal() if change.secret else "")


@dataclass
class Portal:
    """A relying party written out by hand, so that tests can get any part of it wrong."""

    client: Client
    secret: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def redirect_uri(self) -> str:
        return self.client.redirect_uris[0]

    def request(self, **changes: str | None) -> dict[str, str]:
        """A correct authorization request, changed; ``None`` leaves a parameter out."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        values: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": "st-1",
            "nonce": "n-1",
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    @property
    def basic(self) -> dict[str, str]:
        credentials = f"{self.client.client_id}:{self.secret}".encode()
        return {"Authorization": "Basic " + base64.b64encode(credentials).decode()}

    def token_form(self, code: str, **changes: str | None) -> dict[str, str]:
        values: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}


class Person:
    """A browser, logged in or not, at the server in this process."""

    def __init__(self, app: Flask) -> None:
        self.http = Browser(app)

    def log_in(
        self, person_id: str, *, ial: int = 3, methods: tuple[str, ...] = ("pwd",)
    ) -> sessions.Session:
        """Give the browser a session as a finished login would."""
        cookie, session = sessions.start(person_id, ial, methods, address="192.0.2.1", agent="test")
        self.http.set_cookie(settings.current().cookie_name("sid"), cookie, domain="127.0.0.1")
        return session

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.http.get(path, base_url=ISSUER, **kwargs)

    def post(self, path: str, data: Any = None, **kwargs: Any) -> TestResponse:
        return self.http.post(path, data=data, base_url=ISSUER, **kwargs)

    def authorize(self, portal: Portal, **changes: str | None) -> TestResponse:
        return self.get("/authorize?" + urlencode(portal.request(**changes)))

    def code_for(self, portal: Portal, **changes: str | None) -> str:
        """The code of a successful authorization; consent is given on the way."""
        answer = self.authorize(portal, **changes)
        while answer.status_code == 303 and answer.location.startswith("/"):
            answer = (
                self.agree(answer.location) if "/consent/" in answer.location else self.get(answer.location)
            )
        return query(answer.location)["code"]

    def agree(self, path: str, decision: str = "agree") -> TestResponse:
        """Press a button of the consent page at ``path``, every box ticked."""
        page = self.get(path).text
        return self.post(path, {**_hidden(page), "decision": decision, "provide": _boxes(page)})

    def token(self, portal: Portal, form: dict[str, str], **headers: str) -> TestResponse:
        return self.post("/token", form, headers={**portal.basic, **headers})

    def tokens(self, portal: Portal, **changes: str | None) -> dict[str, Any]:
        """The tokens of a whole flow."""
        answer = self.token(portal, portal.token_form(self.code_for(portal, **changes)))
        assert answer.status_code == 200, answer.data
        return dict(answer.json or {})


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def _boxes(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="provide" value="([^"]+)"', page)


def query(location: str) -> dict[str, str]:
    """The query parameters of an address."""
    return {
        name: values[0] for name, values in parse_qs(urlsplit(location).query, keep_blank_values=True).items()
    }


def decode(token: str) -> dict[str, Any]:
    """A JWT's claims, unverified."""
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def citizen(number: str = "010101198504123013", name: str = "张示", *, ial: int = 3) -> str:
    """Register a person proven to a real-name level; the person's id."""
    from idp.persons import service as persons

    person_id = persons.register(full_name=name, id_number=number, operator="test", source="test")
    if ial:
        persons.set_level(person_id, ial, method="registry_match", source="test", operator="test")
    return person_id


def service(client_id: str = "machine", **changes: Any) -> Portal:
    """Register a system that acts for itself, without citizens."""
    own = {
        "grant_types": ("client_credentials",),
        "redirect_uris": (),
        "post_logout_redirect_uris": (),
        "scopes": ("data.query",),
        "sector": f"{client_id}.example.gov",
    }
    return portal(client_id, **(own | changes))
