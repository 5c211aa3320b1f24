"""Attack book, our own requests at the moment they are made: M02 M04 M05 M06 M08 M12."""

import json
import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from idp import outbound, settings
from idp.outbound import addresses, line
from tests import tls
from tests.records import events
from tests.sink import answers, document, dripping, gushing, silent, sink

pytestmark = pytest.mark.usefixtures("stores")

GOOD = document(b"{}")


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that calls no address of this machine."""
    changed(monkeypatch, outbound_loopback=False)


def changed(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    monkeypatch.setattr(
        settings.settings, "_current", settings.Settings(**(settings.current().model_dump() | values))
    )


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[tuple[str, int]]) -> list[str]:
    """Let every name resolve to these places, one answer a question; the names asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        places = answers[min(len(asked), len(answers)) - 1]
        return [
            (socket.AF_INET6 if ":" in place else socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, at))
            for place, at in places
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def get(uri: str) -> outbound.Reply:
    return outbound.get(uri, accept="application/json")


INSIDE = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1",
    "fec0::1", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_m02_a_name_that_leads_inside_is_not_called(
    strict: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    names(monkeypatch, [(address, 443)])
    with pytest.raises(outbound.Refused):
        get("https://portal.example/jwks")
    (event,) = events("ssrf.block")
    assert (event.outcome, json.loads(event.detail)) == ("refused", {"host": "portal.example"})


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "2606:4700::1111"])
def test_m02_public_addresses_may_be_called(strict: None, address: str) -> None:
    assert addresses.may_call(ip_address(address), secure=True)
    assert not addresses.may_call(ip_address(address), secure=False)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "0", "0.0.0.0", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]",
     "localhost"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_m02_this_machine_is_called_under_no_spelling(strict: None, scheme: str, host: str) -> None:
    with sink(GOOD) as inside:
        with pytest.raises(outbound.Refused):
            get(f"{scheme}://{host}:{inside.port}/jwks")
        assert inside.requests == []


def test_m02_one_address_inside_spoils_the_name(strict: None, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, [("8.8.8.8", 443), ("10.0.0.1", 443)])
    with pytest.raises(outbound.Refused):
        get("https://portal.example/jwks")


def test_m02_a_network_the_operator_names_may_be_called_and_no_more(
    strict: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(monkeypatch, outbound_networks=("10.20.0.0/16", "100.64.0.0/10", "fc00::/7"))
    allowed = [one for one in INSIDE if addresses.may_call(ip_address(one), secure=True)]
    assert allowed == ["100.64.0.1", "fc00::1"]
    assert addresses.may_call(ip_address("10.20.3.4"), secure=True)
    assert not addresses.may_call(ip_address("10.20.3.4"), secure=False)
    assert not addresses.may_call(ip_address("10.21.3.4"), secure=True)


@pytest.mark.parametrize(
    "network", ["0.0.0.0/0", "127.0.0.0/8", "169.254.0.0/16", "8.8.8.0/24", "::/0", "10/8x"]
)
def test_m02_the_operator_can_name_private_networks_only(network: str) -> None:
    with pytest.raises(ValueError, match="outbound_networks"):
        settings.Settings(environment="test", outbound_networks=(network,))


def test_m02_production_refuses_to_start_with_loopback_open() -> None:
    with pytest.raises(ValueError, match="IDP_OUTBOUND_LOOPBACK"):
        settings.Settings(environment="production", issuer="https://id.example", outbound_loopback=True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_m04_no_redirect_is_followed(status: int) -> None:
    with sink(GOOD) as inside, sink(answers(status, ("Location", inside.uri))) as portal:
        with pytest.raises(outbound.Unreachable):
            get(portal.uri)
        assert outbound.post(portal.uri, b"x", headers={"Authorization": "Bearer t"}).status == status
        assert (len(portal.requests), inside.requests) == (2, [])


def test_m05_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "trust", tls.trusting)
    with (
        sink(GOOD, tls=tls.server("portal.example")) as judged,
        sink(GOOD, tls=tls.server("portal.example")) as other,
    ):
        asked = names(monkeypatch, [("127.0.0.1", judged.port)], [("127.0.0.1", other.port)])
        assert get(f"https://portal.example:{judged.port}/jwks").status == 200
        assert asked == ["portal.example"], "the name was resolved again"
        assert (len(judged.requests), other.requests) == (1, [])
        assert judged.headers[0]["Host"] == f"portal.example:{judged.port}"


def test_m05_the_certificate_is_the_names_and_not_the_addresss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "trust", tls.trusting)
    for context in (
        tls.server("127.0.0.1"),
        tls.server("other.example"),
        tls.server("portal.example", known=False),
    ):
        with sink(GOOD, tls=context) as portal:
            names(monkeypatch, [("127.0.0.1", portal.port)])
            with pytest.raises(outbound.Unreachable, match="certificate"):
                get(f"https://portal.example:{portal.port}/jwks")
            assert portal.requests == []


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
def test_m06_no_proxy_of_the_environment_sees_a_call(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with sink(GOOD) as proxy, sink(GOOD) as portal:
        monkeypatch.setenv(variable, proxy.uri)
        assert get(portal.uri).body == b"{}"
        assert (len(portal.requests), proxy.requests) == (1, [])


@pytest.mark.parametrize(
    "uri",
    [
        "", "x", "//good.example/", "file:///etc/passwd", "gopher://good.example/_x", "ftp://good.example/",
        "dict://good.example:2628/", "data:text/plain,x", "unix:///var/run/docker.sock", "https:///x",
        "https://user@good.example/", "https://user:pw@good.example/", "https://good.example:22/",
        "https://good.example:6379/", "https://good.example:80/", "https://good.example:0/",
        "https://good.example:99999/", "http://good.example:8080/", "https://[::1/", "https://gööd.example/",
        "https://good.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_m08_other_schemes_and_ports_are_refused(
    strict: None, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    asked = names(monkeypatch, [("8.8.8.8", 443)])
    with pytest.raises(outbound.Refused):
        get(uri)
    assert set(asked) <= {"good.example"}
    assert len(events("ssrf.block")) == 1


@pytest.mark.parametrize("scheme", ["ftp", "gopher", "ws", "HTTPX", "javascript"])
def test_m08_another_scheme_is_refused_at_any_port(scheme: str) -> None:
    with pytest.raises(outbound.Refused, match="scheme"):
        get(f"{scheme}://good.example:8443/x")


@pytest.mark.parametrize("text", ["\r\nSET x 1", "\nX: y", "\0", "\t", " ", "\x7f", "é"])
def test_m12_line_ends_reach_no_protocol(text: str) -> None:
    with sink(GOOD) as portal:
        with pytest.raises(outbound.Refused):
            get(f"{portal.uri}/{text}")
        with pytest.raises(outbound.Unreachable):
            outbound.post(portal.uri, b"", headers={"X-Name": f"a\r\n{text}"})
        assert portal.requests == []


@pytest.mark.parametrize("behave", [silent, dripping])
def test_one_deadline_ends_whatever_is_dragged_out(behave: Callable[..., None]) -> None:
    with sink(behave) as portal:
        began = time.monotonic()
        with pytest.raises(outbound.Unreachable):
            outbound.get(portal.uri, accept="application/json", seconds=0.5)
        assert time.monotonic() - began < 1.5


def test_a_handshake_that_never_ends_is_cut_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "trust", tls.trusting)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        with pytest.raises(outbound.Unreachable):
            outbound.get(f"https://127.0.0.1:{mute.getsockname()[1]}/", accept="*/*", seconds=0.5)
        assert time.monotonic() - began < 1.5


def test_a_resolver_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(20) and [])
    began = time.monotonic()
    try:
        with pytest.raises(outbound.Unreachable, match="resolved in time"):
            outbound.get("https://portal.example/", accept="*/*", seconds=0.3)
    finally:
        over.set()
    assert time.monotonic() - began < 1.5


def test_ten_megabytes_are_not_read() -> None:
    with sink(gushing) as portal:
        began = time.monotonic()
        assert outbound.post(portal.uri, b"", headers={}).body == b""
        with pytest.raises(outbound.Unreachable):
            get(portal.uri)
        assert time.monotonic() - began < 1
