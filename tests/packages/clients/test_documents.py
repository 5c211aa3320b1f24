"""What a registration points to is fetched once, judged, and kept: logos and the documents of sectors."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import text

import clients
from clients import logos, manifest, queries, service
from clients.logos import judged
from idp.store import db
from tests import registrations
from tests.pictures import jpeg_head, png
from tests.registrations import CALLBACK, apply, entry
from tests.sink import Behaviour, Sink, answers, document, silent, sink

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def picture() -> Iterator[Sink]:
    """Where a portal keeps its logo."""
    with sink(document(png(), "image/png")) as listening:
        yield listening


def with_logo(place: Sink, **changes: object) -> dict[str, object]:
    return entry(logo_uri=place.uri, **changes)


def shown(client_id: str = "portal-a") -> str:
    found = clients.find(client_id)
    assert found
    return found.logo


@pytest.mark.parametrize(
    ("body", "media_type", "suffix"),
    [(png(), "image/png", ".png"), (jpeg_head(2048, 2048), "image/jpeg", ".jpg")],
)
def test_a_picture_is_known_by_its_bytes(body: bytes, media_type: str, suffix: str) -> None:
    logo = judged(body)
    assert logo.media_type == media_type
    assert logo.name.endswith(suffix)
    assert judged(body).name == logo.name != judged(png(shade=9)).name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"\x89PNG\r\n\x1a\n",
        png()[:-12],
        b"\x89PNG\r\n\x1a\n" + b"<svg>" * 20,
        png(2049, 1),
        png(1, 2049),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff" * 5000,
        b"\xff\xd8" + b"\xff\xe0\0\0" * 5000,
        b"\xff\xd8\xff\xe1\xff\xff",
        jpeg_head(0, 10),
        jpeg_head(10, 4000),
        jpeg_head()[:22],
    ],
    ids=range(17),
)
def test_what_is_no_picture_of_our_formats_and_sizes_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="must be"):
        judged(body)


def test_a_logo_is_fetched_when_it_is_registered_and_not_again(picture: Sink) -> None:
    apply(with_logo(picture))
    assert queries.logo(shown()) == ("image/png", png())
    apply(with_logo(picture, name="新名称"))
    assert len(picture.requests) == 1
    assert shown()


def test_a_dry_run_fetches_nothing(picture: Sink) -> None:
    service.apply(registrations.clients(with_logo(picture)), operator="t", dry_run=True)
    assert picture.requests == []


def test_a_logo_that_nobody_has_any_more_is_forgotten(picture: Sink) -> None:
    apply(with_logo(picture), with_logo(picture, client_id="portal-b"))
    name = shown()
    apply(entry())
    assert shown() == ""
    assert queries.logo(name), "portal-b still has it"
    apply(entry(client_id="portal-b"))
    assert queries.logo(name) is None


@pytest.mark.parametrize(
    "behave",
    [
        document(b"<svg/>", "image/svg+xml"),
        document(b"<svg/>", "image/png"),
        document(png(), "text/html"),
        document(png() + bytes(logos.LARGEST), "image/png"),
        answers(404),
        answers(302, ("Location", "http://127.0.0.1/other.png")),
    ],
    ids=["svg", "svg as png", "another type", "too large", "gone", "moved"],
)
def test_l08_a_logo_that_is_none_refuses_the_registration(behave: Behaviour) -> None:
    with sink(behave) as place, pytest.raises(manifest.Refused, match="invalid_client_metadata") as refused:
        apply(with_logo(place))
    assert "portal-a: logo_uri: " in refused.value.problems[0]
    assert clients.find("portal-a") is None
    assert not db.fetch_all(text("SELECT * FROM client_logo"))


def sector_of(place: Sink, *uris: str) -> dict[str, object]:
    return entry(sector_identifier_uri=place.uri, redirect_uris=list(uris))


def test_a_sector_document_that_lists_every_redirect_uri_makes_one_sector_of_their_hosts() -> None:
    uris = (CALLBACK, "https://other.example/cb")
    with sink(document(json.dumps([*uris, "https://third.example/"]).encode())) as place:
        apply(sector_of(place, *uris))
        found = clients.find("portal-a")
        assert found
        assert found.sector == "127.0.0.1", "the host of the document (OIDC Core §8.1)"
        apply(sector_of(place, *uris) | {"name": "新名称"})
        assert len(place.requests) == 1


@pytest.mark.parametrize(
    "behave",
    [
        document(b"[]"),
        document(json.dumps([CALLBACK + "/"]).encode()),
        document(json.dumps({CALLBACK: 1}).encode()),
        document(b"[" * 5000),
        document(b"not json"),
        document(json.dumps([CALLBACK]).encode(), "text/html"),
        document(b'["' + b"x" * 70_000 + b'"]'),
        answers(500),
        silent,
    ],
    ids=["empty", "another", "no list", "deep", "no json", "html", "large", "broken", "silent"],
)
def test_a_sector_document_that_does_not_hold_refuses_the_registration(behave: Behaviour) -> None:
    with sink(behave) as place, pytest.raises(manifest.Refused) as refused:
        apply(sector_of(place, CALLBACK))
    assert "portal-a: sector_identifier_uri: " in refused.value.problems[0]
    assert clients.find("portal-a") is None


def test_more_redirect_uris_ask_the_sector_document_again() -> None:
    with sink(document(json.dumps([CALLBACK]).encode())) as place:
        apply(sector_of(place, CALLBACK))
        with pytest.raises(manifest.Refused):
            apply(sector_of(place, CALLBACK, "https://evil.example/cb"))
        assert len(place.requests) == 2
