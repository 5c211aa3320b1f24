"""Attack book, addresses this server itself would call: M01 M02 M06 M08 M12 at registration."""

import pytest

from tests import registrations
from tests.registrations import entry, refusal

INSIDE = (
    "127.0.0.1", "[::1]", "0.0.0.0", "10.0.0.1", "100.64.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "017700000001", "127.1",
    "localhost", "localhost.", "foo.localhost", "printer.local", "metadata.google.internal", "metadata",
    "host.docker.internal",
    "db.intranet", "router.lan", "nas.home.arpa",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize("key", ["backchannel_logout_uri", "jwks_uri", "sector_identifier_uri"])
def test_m02_inside_addresses_are_refused_at_registration(
    host: str, scheme: str, environment: str, key: str
) -> None:
    assert refusal(entry(**{key: f"{scheme}://{host}/logout"}), environment=environment)


def test_m02_loopback_is_for_development_only() -> None:
    values = entry(backchannel_logout_uri="http://127.0.0.1:8091/backchannel-logout")
    assert refusal(values, environment="production")
    assert refusal(values, environment="development") is None


@pytest.mark.parametrize("key", ["notify_uri", "initiate_login_template", "webhook"])
def test_m01_m02_addresses_that_are_never_fetched_cannot_be_registered(key: str) -> None:
    assert refusal(entry(**{key: "https://good.example/x"}))


@pytest.mark.parametrize(
    "uri",
    [
        "https://${client_session_host}/logout",
        "https://{client_id}.good.example/logout",
        "https://good.example/${sid}",
        "https://%24%7Bhost%7D/logout",
        "https://good.example/<sid>",
    ],
)
def test_m06_placeholders_are_refused(uri: str) -> None:
    assert refusal(entry(backchannel_logout_uri=uri))


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "gopher://good.example/_x",
        "ftp://good.example/",
        "dict://good.example:2628/",
        "data:text/plain,x",
        "ws://good.example/",
        "http://good.example/logout",
        "https://good.example:22/",
        "https://good.example:25/",
        "https://good.example:80/",
        "https://good.example:6379/",
        "https://good.example:5432/",
        "http://127.0.0.1:6379/",
        "http://127.0.0.1:22/",
        "http://[::1]:11211/",
    ],
)
def test_m08_other_schemes_and_ports_are_refused(uri: str) -> None:
    assert refusal(entry(backchannel_logout_uri=uri), environment="development")


@pytest.mark.parametrize("port", ["", ":443", ":8443", ":10443"])
def test_m08_ports_where_portals_listen_are_taken(port: str) -> None:
    uri = f"https://good.example{port}/backchannel-logout"
    assert registrations.client(backchannel_logout_uri=uri).backchannel_logout_uri == uri


@pytest.mark.parametrize("uri", ["https://good.example:6379/%0d%0aSET x", "https://good.example/\r\nSET x 1"])
def test_m12_line_ends_reach_no_protocol(uri: str) -> None:
    assert refusal(entry(backchannel_logout_uri=uri))


@pytest.mark.parametrize("code", ["%0d%0aSET", "%0A", "%00", "%7f", "%1F"])
def test_m12_encoded_control_characters_are_refused_too(code: str) -> None:
    assert refusal(entry(backchannel_logout_uri=f"https://good.example/{code}"))
    assert refusal(entry(redirect_uris=[f"https://good.example/{code}"]))
