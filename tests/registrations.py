"""Registrations of invented portals, for every test that needs a client."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from clients import manifest, service
from clients.client import Client
from idp.settings import Settings, settings

CALLBACK = "https://good.example/cb"


def entry(**changes: object) -> dict[str, Any]:
    """A portal's manifest entry; ``None`` leaves a key out."""
    values: dict[str, object] = {
        "client_id": "portal-a",
        "name": "示范门户",
        "name_en": "Sample Portal",
        "organization": "示范市政务服务局",
        "organization_en": "Sample City Service Bureau",
        "contact": "portal@good.example",
        "purpose": "办理示范事项",
        "purpose_en": "To handle a sample matter",
        "retention": "办结即删除",
        "retention_en": "Deleted when the matter is closed",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_basic",
        "scopes": ["openid", "profile"],
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def native(**changes: object) -> dict[str, Any]:
    """The entry of an app on the citizen's own device."""
    return entry(**{
        "client_id": "app",
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/cb"],
        "sector": "app.example",
    } | changes)  # fmt: skip


def service_entry(**changes: object) -> dict[str, Any]:
    """The entry of a system that acts without a citizen."""
    return entry(**{
        "client_id": "exchange",
        "redirect_uris": None,
        "grant_types": ["client_credentials"],
        "scopes": ["data.query"],
        "introspects": ["exchange"],
    } | changes)  # fmt: skip


def clients(*entries: dict[str, Any], environment: str = "test") -> tuple[Client, ...]:
    """The clients of these entries; raises ``manifest.Refused``."""
    with _under(environment):
        return manifest.check(manifest.Manifest(source="t.yaml", entries=list(entries)))


def client(**changes: object) -> Client:
    """One valid portal."""
    return clients(entry(**changes))[0]


def refusal(*entries: dict[str, Any], environment: str = "test") -> manifest.Refused | None:
    """How the entries are refused, or ``None`` when they are taken."""
    try:
        clients(*entries, environment=environment)
    except manifest.Refused as refused:
        return refused
    return None


def apply(*entries: dict[str, Any]) -> dict[str, str]:
    """Register the entries; the secrets made, by client."""
    changes: Sequence[service.Change] = service.apply(clients(*entries), operator="tester")
    return {change.client_id: change.secret.reveal() for change in changes if change.secret}


@contextmanager
def _under(environment: str) -> Iterator[None]:
    before = settings._current
    settings.use(
        Settings(environment=environment, issuer="https://id.example", client_certificate="rfc9440")  # type: ignore[arg-type]
    )
    try:
        yield
    finally:
        settings._current = before
