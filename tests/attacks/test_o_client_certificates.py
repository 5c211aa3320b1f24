"""Attack book, group O: certificates that nobody saw in a handshake, written into a header."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import serving
from tests.actors import Portal, service
from tests.attacks.test_b_token import refusal
from tests.possession import Certified, certify, proxied
from tests.records import nothing_changed
from tests.registrations import service_entry
from tests.site import FORM, Site
from tests.wire import Request, exchange

AUTHORITY = certify("Demo Authority", authority=True)
VICTIM = certify("machine", AUTHORITY)
ASK = {"grant_type": "client_credentials", "client_id": "machine"}


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authorities") / "authorities.pem"
    file.write_bytes(AUTHORITY.pem)
    return file


@pytest.fixture
def machine(stores: None) -> Portal:
    """A system known by its certificate."""
    names = {"tls_client_auth_subject_dn": "CN=machine,C=CN"}
    return service(token_endpoint_auth_method="tls_client_auth", **names)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, authorities: Path) -> Iterator[Site]:
    """A server that takes certificates from a proxy elsewhere; whoever asks here is not that proxy."""
    folder = tmp_path_factory.mktemp("certificates")
    chosen = {
        "client_certificate": "rfc9440",
        "client_certificate_authorities": authorities,
        "trusted_proxies": '["192.0.2.0/24"]',
    }
    known = service_entry(
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_subject_dn="CN=machine,C=CN",
        introspects=None,
    )
    with serving.running(folder, [known], processes=1, hash_workers=1, **chosen) as served:
        yield Site(served, folder)


@pytest.mark.parametrize("name", ["Client-Cert", "client-cert", "CLIENT-CERT", "Client_Cert"])
def test_o02_a_forged_certificate_opens_nothing(site: Site, name: str) -> None:
    """The public certificate of a known system, sent by somebody who does not hold its key."""
    headers = {name: VICTIM.header["Client-Cert"], "X-Forwarded-For": "192.0.2.9", **FORM}
    body = b"grant_type=client_credentials&client_id=exchange"
    answer = exchange(Request(method="POST", url=f"{site.served.issuer}/token", headers=headers, body=body))
    assert answer.status in (400, 401)
    assert b"access_token" not in answer.body


@pytest.mark.parametrize(
    "path", ["/token", "/userinfo", "/authorize", "/", "/.well-known/openid-configuration"]
)
def test_o02_it_is_refused_wherever_it_is_sent(site: Site, path: str) -> None:
    assert site.get(path, **VICTIM.header).status == 400
    assert site.get(path, **{"Client-Cert": "x"}).status == 400


@pytest.mark.parametrize(
    "peer", ["198.51.100.9", "192.0.3.1", "::1", "2001:db8::1", "", "192.0.2.9, 198.51.100.9", "x"]
)
def test_o02_who_is_no_trusted_proxy_is_not_believed(
    app: Flask, machine: Portal, authorities: Path, peer: str
) -> None:
    known = {"client_certificate_authorities": str(authorities), "trusted_proxies": ("192.0.2.0/24",)}
    with proxied(app, **known) as outside, nothing_changed():
        headers = VICTIM.header | {"X-Forwarded-For": "192.0.2.9"}
        answer = outside.post("/token", ASK, headers=headers, environ_base={"REMOTE_ADDR": peer})
        assert refusal(answer) == (400, "invalid_request")


def test_o02_the_trusted_proxy_is(app: Flask, machine: Portal, authorities: Path) -> None:
    """The control: the same request, from the proxy's own address."""
    known = {"client_certificate_authorities": str(authorities), "trusted_proxies": ("192.0.2.0/24",)}
    with proxied(app, **known) as outside:
        peer = {"REMOTE_ADDR": "192.0.2.9"}
        assert outside.post("/token", ASK, headers=VICTIM.header, environ_base=peer).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "X-SSL-Client-Cert", "SSL-Client-Cert", "X-Client-Cert", "X-Forwarded-Client-Cert", "Ssl-Client-S-Dn",
        "X-SSL-Client-S-DN", "Client-Cert-Chain", "X-SSL-Client-Verify",
    ],
)  # fmt: skip
def test_o02_other_headers_mean_nothing_even_from_the_proxy(
    app: Flask, machine: Portal, authorities: Path, header: str
) -> None:
    with proxied(app, client_certificate_authorities=str(authorities)) as outside:
        for value in (
            VICTIM.header["Client-Cert"],
            VICTIM.nginx["Client-Cert"],
            "CN=machine,C=CN",
            "SUCCESS",
        ):
            assert outside.post("/token", ASK, headers={header: value}).status_code == 401


def test_o02_a_proxy_that_checks_nothing_opens_no_door(
    app: Flask, machine: Portal, authorities: Path
) -> None:
    """``ssl_verify_client optional_no_ca``: any certificate arrives, and the authorities are judged here."""
    self_made: list[Certified] = [
        certify("machine"),
        certify("machine", certify("Demo Authority", authority=True)),
    ]
    with proxied(app, client_certificate_authorities=str(authorities)) as outside:
        for wrong in self_made:
            assert refusal(outside.post("/token", ASK, headers=wrong.header)) == (401, "invalid_client")


def test_o02_two_certificates_are_none(app: Flask, machine: Portal, authorities: Path) -> None:
    """One of the proxy's and one of the client's own, joined by whoever read them."""
    with proxied(app, client_certificate_authorities=str(authorities)) as outside:
        both = f"{VICTIM.header['Client-Cert']}, {certify('thief').header['Client-Cert']}"
        assert outside.post("/token", ASK, headers={"Client-Cert": both}).status_code == 400


def test_g19_the_credential_of_a_machine_is_good_beside_its_certificate_alone(
    app: Flask, stores: None, authorities: Path
) -> None:
    """A kiosk's secret and its token, copied to another place: short-lived, and bound to what stays there."""
    kiosk = service(tls_client_certificate_bound_access_tokens=True, access_token_lifetime=300)
    mine, thiefs = certify("kiosk"), certify("kiosk")
    form = {"grant_type": "client_credentials"}
    with proxied(app) as outside:
        made = outside.post("/token", form, headers=kiosk.basic | mine.header).json or {}
        assert "refresh_token" not in made
        assert made["expires_in"] == 300
        assert outside.post("/token", form, headers=kiosk.basic).status_code == 400
        for headers in (thiefs.header, {}):
            shown = {"Authorization": f"Bearer {made['access_token']}"} | headers
            assert outside.get("/userinfo", headers=shown).status_code == 401
        shown = {"Authorization": f"Bearer {made['access_token']}"} | mine.header
        # With its certificate the token is believed; it is only not one for citizens' data.
        assert outside.get("/userinfo", headers=shown).status_code == 403


def test_c02_no_method_stands_in_for_a_certificate(app: Flask, machine: Portal, authorities: Path) -> None:
    with proxied(app, client_certificate_authorities=str(authorities)) as outside, nothing_changed():
        for headers, more in (
            ({}, {}),
            (machine.basic, {}),
            ({}, {"client_secret": "x"}),
            (certify("machine").header, {"client_secret": "x"}),
        ):
            answer = outside.post("/token", ASK | more, headers=headers)
            assert refusal(answer) == (401, "invalid_client")


def test_c08_unknown_and_wrong_get_one_answer(app: Flask, machine: Portal, authorities: Path) -> None:
    with proxied(app, client_certificate_authorities=str(authorities)) as outside:
        wrong = certify("machine").header
        told = {
            outside.post("/token", ASK | {"client_id": client_id}, headers=wrong).data
            for client_id in ("machine", "nobody", "x" * 64)
        }
        assert len(told) == 1
