"""Attack book, redirect URIs judged by the registry: A01 A04 A06 A07 A08 A09 A10 A11 A12 A15."""

import pytest

from tests import registrations
from tests.registrations import entry, native, refusal

GOOD = registrations.client(redirect_uris=["https://good.example/cb"])
PORTAL = registrations.client(redirect_uris=["https://portal.example/cb"])
QUERY = registrations.client(redirect_uris=["https://good.example/cb?foo=bar"])
APP = registrations.clients(native(redirect_uris=["http://127.0.0.1/cb", "http://[::1]:4000/cb"]))[0]

SCRIPTS = (
    "JaVaScRiPt:alert(1)", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
    " javascript:alert(1)", "\tjavascript:alert(1)", "java\nscript:alert(1)", "javascript://good.example/%0aalert(1)",
    "blob:https://good.example/1", "file:///etc/passwd", "about:blank", "ftp://good.example/cb", "intent://cb",
    "com.example.app:/cb", "urn:ietf:wg:oauth:2.0:oob",
)  # fmt: skip


def test_a01_an_unregistered_redirect_is_refused() -> None:
    assert GOOD.redirect_allowed("https://good.example/cb")
    for uri in ("https://evil.example/cb", "https://good.example/other", "", "/cb", "//good.example/cb"):
        assert not GOOD.redirect_allowed(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "https://good.example@evil.example/cb",
        "https://good.example:443@evil.example/cb",
        "https://a@b@evil.example/cb",
        "https://evil.example@good.example/cb",
        "https://@good.example/cb",
        "https://good.example%40evil.example/cb",
        "https://good.example\\@evil.example/cb",
    ],
)
def test_a04_userinfo_confuses_nobody_about_the_host(uri: str) -> None:
    assert not GOOD.redirect_allowed(uri)
    assert refusal(entry(redirect_uris=[uri]))


@pytest.mark.parametrize(
    "uri",
    [
        "https://good.example/cb/..;/steal",
        "https://good.example/cb/%2e%2e/x",
        "https://good.example/cb%2f..%2fx",
        "https://good.example/cb/%252e%252e/x",
        "https://good.example/cb/../x",
        "https://good.example/./cb",
        "https://good.example/x/..",
        "https://good.example/cb/.%2E/x",
    ],
)
def test_a06_path_traversal_is_neither_matched_nor_registered(uri: str) -> None:
    assert not GOOD.redirect_allowed(uri)
    assert refusal(entry(redirect_uris=[uri]))


@pytest.mark.parametrize(
    "uri",
    [
        "HTTPS://good.example/cb",
        "https://GOOD.example/cb",
        "https://good.example:443/cb",
        "https://good.example/cb/",
        "https://good.example/CB",
        "https://good.example/c%62",
        "https://good.example./cb",
        "https://good.example//cb",
        " https://good.example/cb",
        "https://good.example/cb\n",
        "https://good.example/cb\x00",
        "https://ｇood.example/cb",
    ],
)
def test_a07_nothing_is_normalised_before_comparing(uri: str) -> None:
    assert not GOOD.redirect_allowed(uri)


@pytest.mark.parametrize("addition", ["?next=https://evil.example", "?", "&x=1", ";x=1"])
def test_a08_a_query_added_to_a_registered_uri_is_refused(addition: str) -> None:
    assert not GOOD.redirect_allowed(f"https://good.example/cb{addition}")
    assert not QUERY.redirect_allowed(f"https://good.example/cb?foo=bar{addition}")


def test_a08_a_registered_query_is_part_of_the_uri() -> None:
    assert QUERY.redirect_allowed("https://good.example/cb?foo=bar")
    assert not QUERY.redirect_allowed("https://good.example/cb?foo=baz")
    assert not QUERY.redirect_allowed("https://good.example/cb")


@pytest.mark.parametrize("fragment", ["#x", "#", "#/cb"])
def test_a09_a_fragment_even_empty_is_refused_at_use_and_at_registration(fragment: str) -> None:
    uri = f"https://good.example/cb{fragment}"
    assert not GOOD.redirect_allowed(uri)
    refused = refusal(entry(redirect_uris=[uri]))
    assert refused
    assert refused.code == "invalid_redirect_uri"
    assert not APP.redirect_allowed(f"http://127.0.0.1:9/cb{fragment}")


def test_a10_a_dot_is_no_wildcard() -> None:
    assert not PORTAL.redirect_allowed("https://portalxexample/cb")
    assert not PORTAL.redirect_allowed("https://portal.example/cbx")


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.good.example/cb",
        "https://good.example.evil.tld/cb",
        "https://notgood.example/cb",
        "https://good.example/cb.evil",
        "https://good.example/cb/more",
        "https://evil.tld/https://good.example/cb",
    ],
)
def test_a11_prefix_suffix_and_subdomain_do_not_match(uri: str) -> None:
    assert not GOOD.redirect_allowed(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:9@evil.example/cb",
        "http://127.0.0.1:9@evil/cb",
        "http://127.0.0.1.evil/cb",
        "http://127.0.0.1.evil.example:9/cb",
        "http://localhost:9/cb",
        "http://localhost/cb",
        "https://127.0.0.1/cb",
        "https://127.0.0.1/cb2",
        "http://127.0.0.1:9/cb2",
        "http://127.0.0.1:9/cb/",
        "http://127.0.0.1:9/cb?x=1",
        "http://127.0.0.1:9/x/../cb",
        "http://127.0.0.2:9/cb",
        "http://127.1:9/cb",
        "http://2130706433/cb",
        "http://0x7f.0.0.1/cb",
        "http://0.0.0.0:9/cb",
        "http://[::1]:9/cb2",
        "http://[0:0:0:0:0:0:0:1]:9/cb",
        "http://[::ffff:127.0.0.1]:9/cb",
        "http://::1:9/cb",
        "http://127.0.0.1:9\\@evil.example/cb",
        "http://127.0.0.1:9#@evil.example/cb",
        "http://127.0.0.1:9?@evil.example/cb",
        "HTTP://127.0.0.1:9/cb",
        "http://127.0.0.1:9/cb\n",
    ],
)
def test_a12_of_a_native_loopback_uri_only_the_port_may_differ(uri: str) -> None:
    assert APP.redirect_allowed("http://127.0.0.1:9/cb")
    assert APP.redirect_allowed("http://[::1]:9/cb")
    assert not APP.redirect_allowed(uri)


def test_a12_the_exception_is_for_native_clients_with_loopback_uris_only() -> None:
    assert not GOOD.redirect_allowed("http://127.0.0.1:9/cb")
    web = registrations.client(redirect_uris=["http://127.0.0.1:8091/cb"])
    assert not web.redirect_allowed("http://127.0.0.1:9/cb")


@pytest.mark.parametrize("uri", SCRIPTS)
@pytest.mark.parametrize("make", [entry, native])
def test_a15_script_and_foreign_schemes_are_refused_in_any_case(uri: str, make: object) -> None:
    refused = refusal((entry if make is entry else native)(redirect_uris=[uri]))
    assert refused
    assert refused.code == "invalid_redirect_uri"
    assert not GOOD.redirect_allowed(uri)
    assert not APP.redirect_allowed(uri)
