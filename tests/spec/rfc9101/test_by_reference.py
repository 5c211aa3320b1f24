"""RFC 9101 §5.2: a request object by reference, fetched from an address the client registered."""

from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests.actors import ISSUER, Person, query
from tests.keyhost import key_host
from tests.records import nothing_changed
from tests.signing import SigningPortal, signing_portal
from tests.sink import Behaviour, Sink, answers, document, gushing, sink

TYPE = "application/oauth-authz-req+jwt"


class Host:
    """Where a portal keeps its objects; ``behaviour`` is what it answers now."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = answers(404)
        self.at: Sink

    def __call__(self, http, stop) -> None:  # type: ignore[no-untyped-def]
        self.behaviour(http, stop)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.at.port}/object.jwt"


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    with sink(made) as made.at:
        yield made


@pytest.fixture
def bank(me: Person, host: Host) -> SigningPortal:
    made = signing_portal(request_uris=(f"{host.uri}#registered",))
    me.code_for(made)
    return made


def ask(me: Person, bank: SigningPortal, uri: str) -> TestResponse:
    asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "state": "outer", "request_uri": uri}
    return me.http.get("/authorize", query_string=asked, base_url=ISSUER)


def error_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.data
    return query(answer.location)["error"]


@pytest.mark.parametrize("media_type", [TYPE, "application/jwt", f"{TYPE}; charset=utf-8"])
def test_5_2_the_object_is_fetched_and_used(
    me: Person, bank: SigningPortal, host: Host, media_type: str
) -> None:
    """RFC 9101 §5.2.3: the object is fetched by GET and is the whole request."""
    host.behaviour = document(bank.object(state="inner").encode(), media_type)
    told = query(ask(me, bank, host.uri).location)
    assert told["state"] == "inner"
    assert told["code"]
    assert host.at.requests == [("GET", "/object.jwt")]
    assert TYPE in host.at.headers[0]["Accept"]


@pytest.mark.parametrize("fragment", ["", "#registered", "#another-hash"])
def test_5_2_the_fragment_is_no_part_of_the_comparison(
    me: Person, bank: SigningPortal, host: Host, fragment: str
) -> None:
    """OIDC Core §6.2: the fragment is a hash of the content, which changes with it."""
    host.behaviour = document(bank.object().encode(), TYPE)
    assert query(ask(me, bank, host.uri + fragment).location)["code"]


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(404),
        answers(500),
        answers(302, ("Location", "http://127.0.0.1:8080/jwks")),
        document(b"x", "text/html"),
        gushing,
    ],
    ids=["404", "500", "redirect", "html", "ten megabytes"],
)
def test_7_what_cannot_be_fetched_is_an_invalid_request_uri(
    me: Person, bank: SigningPortal, host: Host, behaviour: Behaviour
) -> None:
    """RFC 9101 §7: invalid_request_uri; no redirect is followed, no flood is read (attack book M01)."""
    host.behaviour = behaviour
    with nothing_changed():
        assert error_of(ask(me, bank, host.uri)) == "invalid_request_uri"
    assert len(host.at.requests) == 1


def test_7_what_was_fetched_is_judged_like_an_object_by_value(
    me: Person, bank: SigningPortal, host: Host
) -> None:
    """RFC 9101 §6: whoever holds the address holds no key."""
    host.behaviour = document(bank.object(key=ECKey.generate_key("P-256")).encode(), TYPE)
    assert error_of(ask(me, bank, host.uri)) == "invalid_request_object"


def test_5_2_nothing_is_fetched_for_another_client(me: Person, bank: SigningPortal, host: Host) -> None:
    """RFC 9101 §10.4.1: only what this client registered is called."""
    other = signing_portal("other")
    asked = {"client_id": "other", "redirect_uri": other.redirect_uri, "request_uri": host.uri}
    answer = me.http.get("/authorize", query_string=asked, base_url=ISSUER)
    assert error_of(answer) == "invalid_request_uri"
    assert host.at.requests == []


def test_6_2_the_keys_may_stand_at_an_address_too(me: Person, stores: None) -> None:
    """RFC 9101 §6.2: a client with jwks_uri signs by a key of its set."""
    key = ECKey.generate_key("P-256", {"kid": "at-host", "use": "sig"})
    with key_host(key) as keys:
        remote = signing_portal("remote", jwks={}, jwks_uri=keys.uri)
        asked = {"client_id": "remote", "request": remote.object({"kid": "at-host"}, key)}
        opened = me.http.get("/authorize", query_string=asked, base_url=ISSUER)
        assert opened.location.startswith("/login/")
        assert keys.visits == 1
