"""Whoever registers a client by a program, and the operator who hands out the tokens for it."""

import json
from dataclasses import dataclass
from typing import Any

import yaml
from flask import Flask
from werkzeug.test import TestResponse

from clients.registration import policy
from clients.registration.service import initial_tokens
from tests.actors import ISSUER, Person

POLICY: dict[str, Any] = {
    "organization": "示范市政务服务局",
    "organization_en": "Sample City Service Bureau",
    "contact": "portal@good.example",
    "purpose": "办理示范事项",
    "purpose_en": "To handle a sample matter",
    "retention": "办结即删除",
    "retention_en": "Deleted when the matter is closed",
    "scopes": ["openid", "profile", "realname", "offline_access"],
}
#: What the plainest client of RFC 7591 sends.
PLAIN: dict[str, Any] = {"redirect_uris": ["https://app.example.org/cb"], "client_name": "Plain Application"}


def read_policy(**changes: object) -> policy.Policy:
    """An operator's policy, changed; ``None`` leaves a key out."""
    values = {key: value for key, value in (POLICY | changes).items() if value is not None}
    return policy.read(yaml.safe_dump(values, allow_unicode=True), "policy.yaml")


def initial_token(*, uses: int = 100, lifetime: int = 3600, **changes: object) -> str:
    """An initial access token of this policy."""
    _, token = initial_tokens.create(read_policy(**changes), uses=uses, lifetime=lifetime, operator="tester")
    assert token
    return token.reveal()


def open_to_all(**changes: object) -> None:
    """Let anybody register."""
    initial_tokens.create(
        read_policy(**changes), uses=100, lifetime=3600, operator="tester", open_to_all=True
    )


class Registrant:
    """A program at the registration endpoints, over the same stack as everybody."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.http = Person(app).http
        self.token = token

    def send(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        """One request; ``body`` is sent as it is when it is bytes, and as JSON otherwise."""
        shown = self.token if token is None else token
        if shown:
            headers.setdefault("Authorization", f"Bearer {shown}")
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        return self.http.open(
            path, method=method, base_url=ISSUER, data=data, content_type="application/json", headers=headers
        )

    def post(self, body: object = None, **more: Any) -> TestResponse:
        return self.send("POST", "/register", PLAIN if body is None else body, **more)

    def register(self, **metadata: object) -> "Own":
        """Register the plain client, changed; ``None`` leaves a member out."""
        values = {key: value for key, value in (PLAIN | metadata).items() if value is not None}
        answer = self.post(values)
        assert answer.status_code == 201, answer.data
        return Own(self, dict(answer.json or {}))

    def refused(self, **metadata: object) -> tuple[int, str, str]:
        """How the plain client, changed, is refused: status, code, description."""
        answer = self.post(PLAIN | metadata)
        told = dict(answer.json or {})
        return answer.status_code, told.get("error", ""), told.get("error_description", "")


@dataclass
class Own:
    """A client that registered itself, as its program knows it."""

    by: Registrant
    told: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["client_id"])

    @property
    def token(self) -> str:
        return str(self.told["registration_access_token"])

    @property
    def path(self) -> str:
        return str(self.told["registration_client_uri"]).removeprefix(ISSUER)

    @property
    def metadata(self) -> dict[str, Any]:
        """What a change sends back: all that was told, but for what the server alone says (RFC 7592 §2.2)."""
        ours = ("registration_access_token", "registration_client_uri", "client_secret_expires_at",
                "client_id_issued_at")  # fmt: skip
        return {name: value for name, value in self.told.items() if name not in ours}

    def get(self, **more: Any) -> TestResponse:
        return self.by.send("GET", self.path, **({"token": self.token} | more))

    def put(self, *, sent: object = None, token: str | None = None, **changes: object) -> TestResponse:
        """Change the registration; when that worked, what it is told is known from then on."""
        values = {key: value for key, value in (self.metadata | changes).items() if value is not None}
        shown = self.token if token is None else token
        answer = self.by.send("PUT", self.path, values if sent is None else sent, token=shown)
        if answer.status_code == 200:
            self.told = dict(answer.json or {})
        return answer

    def delete(self, **more: Any) -> TestResponse:
        return self.by.send("DELETE", self.path, **({"token": self.token} | more))
