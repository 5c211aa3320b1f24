"""Settings about client certificates: what contradicts itself stops the start."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import ValidationError

from idp import settings
from idp.base.errors import Rejected
from idp.oidc import mtls
from idp.settings import Settings
from tests.possession import certify

ISSUER = "https://id.prov01.example"
OTHER = "https://mtls.id.prov01.example"


def made(**changes: Any) -> Settings:
    return Settings(environment="test", issuer=ISSUER, **changes)


@pytest.mark.parametrize(
    "changes", [{"mtls_origin": OTHER}, {"client_certificate_authorities": "/etc/idp/authorities.pem"}]
)
def test_certificates_are_no_use_where_nobody_hands_them_on(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="IDP_CLIENT_CERTIFICATE must say"):
        made(**changes)
    assert made(**changes, client_certificate="nginx").client_certificate == "nginx"


@pytest.mark.parametrize(
    "origin", [f"{OTHER}/", f"{OTHER}/x", "mtls.example", f"{OTHER}?a", "ftp://a.example"]
)
def test_the_second_origin_is_an_origin(origin: str) -> None:
    with pytest.raises(ValidationError, match="must be"):
        made(client_certificate="rfc9440", mtls_origin=origin)


def test_it_is_https_in_production() -> None:
    with pytest.raises(ValidationError, match="IDP_MTLS_ORIGIN must be https"):
        Settings(
            environment="production",
            issuer=ISSUER,
            client_certificate="rfc9440",
            mtls_origin="http://mtls.id.prov01.example",
        )


def test_an_address_is_of_the_origin_that_was_asked() -> None:
    conf = made(client_certificate="rfc9440", mtls_origin=OTHER)
    assert conf.origin_at("mtls.id.prov01.example") == OTHER
    for host in ("id.prov01.example", "evil.example", ""):
        assert conf.origin_at(host) == ISSUER
    assert made().origin_at("") == ISSUER


@pytest.mark.parametrize("content", [None, b"", b"nonsense", certify("a", authority=True).pem[:-40]])
def test_authorities_that_cannot_be_read_stop_the_start(
    app: Flask, stores: None, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    before = settings.current()
    settings.use(made(client_certificate="rfc9440", client_certificate_authorities=str(file)))
    try:
        with pytest.raises(Rejected) as refused:
            mtls.load()
    finally:
        settings.use(before)
    assert "IDP_CLIENT_CERTIFICATE_AUTHORITIES" in refused.value.why
