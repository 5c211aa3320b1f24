"""OIDC Dynamic Client Registration 1.0 §5: the sector's document lists every redirect URI."""

import json

import pytest
from flask import Flask

import clients
from tests.actors import Person, Portal, decode
from tests.records import nothing_changed
from tests.registrants import Own, Registrant, initial_token
from tests.sink import Behaviour, answers, document, sink

ONE, OTHER = "https://one.example.org/cb", "https://two.example.org/cb"


def listing(*uris: str) -> Behaviour:
    return document(json.dumps(list(uris)).encode())


def test_hosts_that_their_sector_lists_share_their_subjects(program: Registrant, me: Person) -> None:
    """OIDC Core §8.1: the host of sector_identifier_uri makes sub."""
    with sink(listing(ONE, OTHER)) as place:
        many = program.register(redirect_uris=[ONE, OTHER], sector_identifier_uri=place.uri)
        also = program.register(redirect_uris=[OTHER], sector_identifier_uri=place.uri)
        alone = program.register(redirect_uris=[OTHER])
    assert many.told["sector_identifier_uri"] == place.uri
    assert subject(me, many) == subject(me, also) != subject(me, alone)


def subject(me: Person, own: Own) -> str:
    client = clients.find(own.id)
    assert client
    tokens = me.tokens(Portal(client=client, secret=own.told["client_secret"]))
    return str(decode(tokens["id_token"])["sub"])


@pytest.mark.parametrize(
    "behave",
    [listing(OTHER), listing(), document(b"{}"), document(b"<html>", "text/html"), answers(404)],
    ids=["another", "empty", "no list", "html", "gone"],
)
def test_a_redirect_uri_that_is_not_listed_refuses_the_registration(
    program: Registrant, behave: Behaviour
) -> None:
    """OIDC Registration 1.0 §5: every value of redirect_uris is in the array, or it must fail."""
    with sink(behave) as place, nothing_changed():
        refused = program.refused(redirect_uris=[ONE], sector_identifier_uri=place.uri)
    assert refused[:2] == (400, "invalid_client_metadata")
    assert "sector_identifier_uri" in refused[2]


def test_several_hosts_need_a_document(program: Registrant) -> None:
    """OIDC Core §8.1: with several hosts the client must register a sector_identifier_uri."""
    refused = program.refused(redirect_uris=[ONE, OTHER])
    assert refused[:2] == (400, "invalid_client_metadata")
    assert "sector_identifier_uri" in refused[2]


def test_the_policy_may_name_one_sector_for_all_its_clients(app: Flask, stores: None) -> None:
    """OIDC Core §8.1: which clients form a sector is the operator's to say, too."""
    program = Registrant(app, initial_token(sector="services.example"))
    for uris in ([ONE], [OTHER], [ONE, OTHER]):
        client = clients.find(program.register(redirect_uris=uris).id)
        assert client
        assert client.sector == "services.example"


def test_a_sector_stays_or_every_subject_would_change(program: Registrant) -> None:
    """OIDC Core §8.1: a change of the host would make every citizen a stranger."""
    own = program.register(redirect_uris=[ONE])
    with nothing_changed():
        answer = own.put(redirect_uris=[OTHER])
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_client_metadata")


def test_a_sector_of_another_organisation_cannot_be_joined(app: Flask, program: Registrant) -> None:
    """OIDC Core §8.1: two bodies in one sector could compare their citizens."""
    program.register(redirect_uris=[ONE])
    other = Registrant(app, initial_token(organization="另一示范局", organization_en="Another Bureau"))
    with nothing_changed():
        assert other.refused(redirect_uris=[ONE])[:2] == (400, "invalid_client_metadata")
