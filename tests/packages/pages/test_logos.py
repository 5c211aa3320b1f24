"""Logos are shown from our own address: copies, named by their content, that can do nothing."""

import pytest

import clients
from tests.actors import Person
from tests.pictures import png
from tests.registrations import apply, entry
from tests.sink import document, sink


@pytest.fixture
def name(stores: None) -> str:
    """The name of a registered logo."""
    with sink(document(png(), "image/png")) as place:
        apply(entry(logo_uri=place.uri))
    client = clients.find("portal-a")
    assert client
    return client.logo


def test_a_logo_is_a_picture_that_never_changes(stranger: Person, name: str) -> None:
    answer = stranger.get(f"/logos/{name}")
    assert (answer.status_code, answer.data, answer.content_type) == (200, png(), "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "other",
    ["x", "x.png", "A" * 43 + ".png", "A" * 43 + ".svg", "../style.css", "%2e%2e", "A" * 43 + ".png\n"],
)
def test_nothing_else_lies_there(stranger: Person, name: str, other: str) -> None:
    assert stranger.get(f"/logos/{other}").status_code == 404


def test_a_logo_is_gone_with_its_last_portal(stranger: Person, name: str) -> None:
    apply(entry())
    assert stranger.get(f"/logos/{name}").status_code == 404
