"""Attack book, addresses in a registration by a program: M02 M04 M05 M06 M08 M12, at door and fetch."""

import json
import socket
from typing import Any

import pytest

from idp import settings
from tests.attacks.test_m_registered_addresses import INSIDE
from tests.records import events, nothing_changed, one_event
from tests.registrants import Registrant
from tests.sink import answers, document, sink

FETCHED = ("jwks_uri", "sector_identifier_uri", "logo_uri", "backchannel_logout_uri")


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that calls no address of this machine, as in production."""
    values = settings.current().model_dump() | {"outbound_loopback": False}
    monkeypatch.setattr(settings.settings, "_current", settings.Settings(**values))


def leads_to(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """Let every name resolve to these addresses."""

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in place else socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))
            for place in places
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("member", FETCHED)
def test_m02_an_address_inside_is_refused_at_the_door(program: Registrant, member: str, host: str) -> None:
    with one_event("client.register_refused"), nothing_changed():
        status, code, description = program.refused(**{member: f"https://{host}/x"})
    assert (status, code) == (400, "invalid_client_metadata")
    assert member in description


@pytest.mark.parametrize(
    "place", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"]
)
@pytest.mark.parametrize("member", ["sector_identifier_uri", "logo_uri"])
def test_m02_m05_a_name_that_leads_inside_is_blocked_at_the_fetch(
    program: Registrant, strict: None, monkeypatch: pytest.MonkeyPatch, member: str, place: str
) -> None:
    leads_to(monkeypatch, "8.8.8.8", place)
    with one_event("ssrf.block"), nothing_changed():
        status, code, description = program.refused(**{member: "https://rebind.example.org/x"})
    assert (status, code) == (400, "invalid_client_metadata")
    assert member in description
    assert place not in description, "who asks does not learn where the name led"
    assert json.loads(events("ssrf.block")[-1].detail) == {"host": "rebind.example.org"}


@pytest.mark.parametrize("member", ["sector_identifier_uri", "logo_uri"])
def test_m04_a_redirect_is_not_followed(program: Registrant, member: str) -> None:
    with sink(document(b"[]")) as inside, sink(answers(302, ("Location", inside.uri))) as place:
        assert program.refused(**{member: place.uri})[:2] == (400, "invalid_client_metadata")
        assert inside.requests == []
        assert len(place.requests) == 1


@pytest.mark.parametrize(
    "uri", ["https://${host}/x", "https://{client_id}.example.org/x", "https://app.example.org/$%7Bsid%7D%00"]
)
@pytest.mark.parametrize("member", FETCHED)
def test_m06_m12_placeholders_and_control_characters_are_refused(
    program: Registrant, member: str, uri: str
) -> None:
    assert program.refused(**{member: uri})[:2] == (400, "invalid_client_metadata")


@pytest.mark.parametrize(
    "uri", ["https://app.example.org:22/", "https://app.example.org:6379/", "gopher://x.example/"]
)
@pytest.mark.parametrize("member", FETCHED)
def test_m08_other_schemes_and_ports_are_refused(program: Registrant, member: str, uri: str) -> None:
    assert program.refused(**{member: uri})[:2] == (400, "invalid_client_metadata")


def test_m02_a_refusal_of_the_rules_comes_before_any_fetch(program: Registrant) -> None:
    with sink() as place:
        refused = program.refused(logo_uri=place.uri, sector_identifier_uri=place.uri, client_name="<b>")
        assert refused[0] == 400
        assert place.requests == []
