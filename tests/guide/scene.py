"""One page's run: its portals, its people, and what is recorded of them."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

import clients
from clients import manifest
from clients import service as registry
from tests.actors import Person, Portal, citizen
from tests.guide import show
from tests.guide.mask import Mask
from tests.signing import SigningPortal
from tests.sink import Sink

MANIFESTS = Path(__file__).parent / "manifests"
#: From a portal's name to its retention: told once, on the first page.
_PRESENTATION = re.compile(r"    name: .*?retention_en: [^\n]*\n", re.DOTALL)


@dataclass
class Scene:
    """A server with nobody in it, and the blocks of a page by name."""

    app: Flask
    time: float
    """The clock of the server; it stands still while nobody moves it."""
    blocks: dict[str, str] = field(default_factory=dict)
    mask: Mask = field(init=False)
    person: str = ""

    def __post_init__(self) -> None:
        self.mask = Mask(int(self.time))

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.time += seconds

    def citizen(self, *methods: str) -> Person:
        """The browser of a citizen who is logged in, by password unless told otherwise."""
        self.person = citizen()
        return self.browser(*methods)

    def stranger(self) -> Person:
        """A browser, or a system, that nobody is logged in with."""
        return Person(self.app)

    def browser(self, *methods: str) -> Person:
        """The same citizen, logged in once more."""
        person = Person(self.app)
        person.log_in(self.person, methods=methods or ("pwd",))
        return person

    def portals(
        self, name: str, changed: dict[str, str] | None = None, *, whole: bool = False
    ) -> tuple[Portal, ...]:
        """Register the portals of a manifest, which is recorded without what people read of a portal.

        ``changed``: addresses that lead to a listener instead.
        """
        text = (MANIFESTS / f"{name}.yaml").read_text(encoding="utf-8")
        shown = text if whole else _PRESENTATION.sub("    # …\n", text)
        self._keep("manifest", show.block("yaml", shown))
        key = ECKey.generate_key("P-256")
        for old, new in {"KEY_X": key["x"], "KEY_Y": key["y"], **(changed or {})}.items():
            text = text.replace(old, str(new))
        found = manifest.check(manifest.read(text, name))
        return tuple(_portal(change, key) for change in registry.apply(found, operator="guide"))

    def portal(self, name: str, changed: dict[str, str] | None = None, *, whole: bool = False) -> Portal:
        """The one portal of a manifest."""
        (portal,) = self.portals(name, changed, whole=whole)
        return portal

    def signer(self, name: str) -> SigningPortal:
        """The one portal of a manifest, which signs."""
        portal = self.portal(name)
        assert isinstance(portal, SigningPortal)
        return portal

    def request(self, name: str, answer: TestResponse) -> None:
        """Record a request alone: what follows happens between the citizen and the platform."""
        self._keep(name, show.block("http", show.request(answer, self.mask)))

    def callback(self, name: str, location: str) -> None:
        """Record the request by which the browser comes back to the portal."""
        self._message(name, "GET", location, {}, b"")

    def posted(self, name: str, uri: str, fields: dict[str, str]) -> None:
        """Record the form that a page of ours makes the browser send to the portal."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._message(name, "POST", uri, kind, urlencode(fields).encode())

    def exchange(self, name: str, answer: TestResponse, status: int = 200) -> Any:
        """Record a request and its answer; the answer's JSON."""
        assert answer.status_code == status, answer.data
        both = (show.request(answer, self.mask), show.answer(answer, self.mask))
        self._keep(name, "\n\n".join(show.block("http", one) for one in both))
        return answer.json if answer.is_json else None

    def token(self, name: str, text: str) -> None:
        """Record what a JWT says."""
        self._keep(name, show.block("json", show.token(text, self.mask)))

    def header(self, name: str, text: str) -> None:
        """Record what a JWE says to whoever cannot open it."""
        self._keep(name, show.block("json", show.header(text, self.mask)))

    def json(self, name: str, value: dict[str, Any]) -> None:
        """Record members of a document."""
        self.text(name, "json", json.dumps(value, indent=2))

    def text(self, name: str, language: str, text: str) -> None:
        """Record any text."""
        self._keep(name, show.block(language, self.mask.text(text)))

    def sent(self, name: str, at: Sink, uri: str) -> None:
        """Record the first request that reached a listener which stood in for an address."""
        (method, _), headers, body = at.requests[0], at.headers[0], at.bodies[0]
        self._message(name, method, uri, headers, body)

    def _message(self, name: str, method: str, uri: str, headers: dict[str, str], body: bytes) -> None:
        host, slash, path = uri.partition("://")[2].partition("/")
        text = show.message(method, host, slash + path, headers, body, self.mask)
        self._keep(name, show.block("http", text))

    def _keep(self, name: str, text: str) -> None:
        assert name not in self.blocks, name
        self.blocks[name] = text


def _portal(change: Any, key: ECKey) -> Portal:
    found = clients.find(change.client_id)
    assert found is not None
    secret = change.secret.reveal() if change.secret else ""
    if found.token_endpoint_auth_method != "private_key_jwt":
        return Portal(client=found, secret=secret)
    named = ECKey.import_key({**key.as_dict(private=True), "kid": f"{found.client_id}-1"})
    return SigningPortal(client=found, secret=secret, key=named)


def walk(person: Person, answer: TestResponse) -> str:
    """Through the pages of the platform, agreeing to all; the address at the portal that they lead to."""
    answer = end(person, answer)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def end(person: Person, answer: TestResponse) -> TestResponse:
    """Through the pages of the platform, agreeing to all; the answer that leads to the portal."""
    while answer.status_code == 303 and answer.location.startswith("/"):
        here = answer.location
        answer = person.agree(here) if "/consent/" in here else person.get(here)
    return answer
