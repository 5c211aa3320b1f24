"""Attack book, group F: tokens that a service exchanges for others."""

from collections.abc import Callable
from typing import Any

import pytest

from clients import service as registry
from idp import keyring, sessions
from idp.consent import service as consents
from idp.logout import people
from tests.actors import Person, Portal, decode, portal
from tests.conftest import MovableClock
from tests.records import events, nothing_changed, one_event

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
API, LAND = "https://api.front.example.gov", "https://api.land.example.gov"


def between(client_id: str, own: str, target: str) -> Portal:
    """A service that is shown tokens for ``own`` and asks ``target`` in the citizen's name."""
    return portal(
        client_id, grant_types=(EXCHANGE,), redirect_uris=(), post_logout_redirect_uris=(),
        introspects=(own,), resources=(target,), scopes=("profile", "realname"),
    )  # fmt: skip


@pytest.fixture
def front(stores: None) -> Portal:
    return portal("front", audience=API)


@pytest.fixture
def middle(stores: None) -> Portal:
    return between("middle", API, LAND)


@pytest.fixture
def shown(me: Person, front: Portal) -> str:
    return str(me.tokens(front, scope="openid profile realname")["access_token"])


def exchange(person: Person, service: Portal, token: str, **changes: str) -> dict[str, Any]:
    form = {
        "grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS, "resource": LAND,
    }  # fmt: skip
    answer = person.token(service, {**form, **changes})
    assert answer.headers["Cache-Control"] == "no-store"
    return {"status": answer.status_code, **(answer.json or {})}


def refused(person: Person, service: Portal, token: str, **changes: str) -> str:
    """The error of an exchange that is on record and changes nothing."""
    with nothing_changed(), one_event("token.refuse"):
        answer = exchange(person, service, token, **changes)
    assert answer["status"] == 400
    assert "access_token" not in answer
    return str(answer["error"])


def alive(person: Person, service: Portal, token: str) -> bool:
    told = person.post("/introspect", {"token": token}, headers=service.basic).json or {}
    return bool(told["active"])


def person_of(token: str) -> str:
    from idp.tokens import read_access_token

    person = read_access_token(token).handle.person
    assert person is not None
    return person


def test_f16_a_service_exchanges_no_token_it_was_never_shown(me: Person, middle: Portal, shown: str) -> None:
    thief = between("thief", "https://api.other.example.gov", LAND)
    assert refused(me, thief, shown) == "invalid_request"
    (row,) = events("token.refuse")
    assert (row.client, row.reason) == ("thief", "client_mismatch")
    assert exchange(me, middle, shown)["status"] == 200, "the right service is unharmed"


def test_f16_another_portals_own_token_is_not_exchanged(me: Person, middle: Portal, tax: Portal) -> None:
    assert refused(me, middle, me.tokens(tax)["access_token"]) == "invalid_request"


def test_f16_an_audience_that_is_ours_alone_is_no_leave(me: Person, middle: Portal, tax: Portal) -> None:
    plain = me.tokens(tax)["access_token"]
    assert refused(me, middle, plain, client_id="middle", audience="tax") in (
        "invalid_request", "invalid_target",
    )  # fmt: skip


def ended_session(token: str) -> None:
    sessions.end(sessions.of_person(person_of(token))[0])


ENDS: dict[str, Callable[[str], object]] = {
    "frozen": lambda token: people.freeze(person_of(token), cause="court", operator="test"),
    "session": ended_session,
    "consent": lambda token: consents.withdraw(person_of(token), "front"),
    "portal": lambda _: registry.disable("front", operator="test"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_f17_a_dead_token_is_not_exchanged_and_its_offspring_dies_with_it(
    me: Person, middle: Portal, shown: str, end: Callable[[str], object]
) -> None:
    child = exchange(me, middle, shown)["access_token"]
    assert alive(me, middle, child)
    end(shown)
    assert refused(me, middle, shown) == "invalid_request"
    assert not alive(me, middle, child)


def test_f17_a_revoked_token_is_not_exchanged(me: Person, front: Portal, middle: Portal, shown: str) -> None:
    child = exchange(me, middle, shown)["access_token"]
    assert me.post("/revoke", {"token": shown}, headers=front.basic).status_code == 200
    assert refused(me, middle, shown) == "invalid_request"
    assert not alive(me, middle, child)


def test_f17_a_token_past_its_end_is_not_exchanged(
    me: Person, middle: Portal, shown: str, time_travel: MovableClock
) -> None:
    time_travel.advance(decode(shown)["exp"] - decode(shown)["iat"] + 1)
    assert refused(me, middle, shown) == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "profile realname openid"}, "invalid_scope"),
        ({"scope": "profile idcard"}, "invalid_scope"),
        ({"scope": "offline_access"}, "invalid_scope"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"resource": API}, "invalid_target"),
        ({"audience": API}, "invalid_target"),
    ],
)
def test_f21_an_exchange_gives_no_more_than_there_was(
    me: Person, middle: Portal, shown: str, changes: dict[str, str], error: str
) -> None:
    assert refused(me, middle, shown, **changes) == error


def test_f21_the_life_of_the_first_token_is_not_prolonged(
    me: Person, middle: Portal, shown: str, time_travel: MovableClock
) -> None:
    time_travel.advance(300)
    later = decode(shown)["exp"] + 86_400
    child = exchange(me, middle, shown, expires_in="86400", exp=str(later))
    assert decode(child["access_token"])["exp"] <= decode(shown)["exp"]
    assert "refresh_token" not in child
    assert child["expires_in"] <= decode(shown)["exp"] - decode(shown)["iat"] - 300


def test_f21_what_was_narrowed_does_not_widen_again(me: Person, middle: Portal, shown: str) -> None:
    narrow = exchange(me, middle, shown, scope="profile")["access_token"]
    far = between("far", LAND, API)
    assert refused(me, far, narrow, resource=API, scope="realname") == "invalid_scope"


def test_f23_sub_is_for_whom_and_act_is_who_and_both_are_on_record(
    me: Person, middle: Portal, shown: str
) -> None:
    with one_event("token.exchange"):
        claims = decode(exchange(me, middle, shown)["access_token"])
    assert claims["sub"] == keyring.pairwise("middle.example.gov", person_of(shown))
    assert (claims["act"], claims["client_id"]) == ({"sub": "middle"}, "middle")
    (row,) = events("token.exchange")
    assert (row.person, row.client) == (person_of(shown), "middle")


@pytest.mark.parametrize(
    "changes",
    [
        {"actor_token": "x.y.z", "actor_token_type": ACCESS},
        {"actor_token": "x.y.z"},
        {"actor_token_type": ACCESS},
    ],
)
def test_f23_nobody_names_another_actor_than_itself(
    me: Person, middle: Portal, shown: str, changes: dict[str, str]
) -> None:
    assert refused(me, middle, shown, **changes) == "invalid_request"


def test_f23_act_and_sub_of_the_form_are_not_heard(me: Person, middle: Portal, shown: str) -> None:
    plain = decode(exchange(me, middle, shown)["access_token"])
    dressed = decode(
        exchange(me, middle, shown, sub="somebody", act='{"sub":"x"}', act_for="91010101MA01DEM07P")[
            "access_token"
        ]
    )
    assert (dressed["sub"], dressed["act"]) == (plain["sub"], plain["act"])


def test_f23_a_token_for_another_service_opens_no_userinfo(me: Person, middle: Portal, shown: str) -> None:
    child = exchange(me, middle, shown)["access_token"]
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {child}"})
    assert answer.status_code in (401, 403)
    assert "sub" not in (answer.json or {})


def test_f28_a_chain_of_actors_ends_and_stays_small(me: Person, middle: Portal, shown: str) -> None:
    token = exchange(me, middle, shown)["access_token"]
    loop = between("loop", LAND, LAND)
    errors = []
    for _ in range(50):
        answer = exchange(me, loop, token)
        assert answer["status"] in (200, 400)
        if answer["status"] == 400:
            errors.append(answer["error"])
        else:
            token = answer["access_token"]
        assert len(token) <= 4096
    assert len(errors) == 47, "four actors may stand in a chain"
    assert set(errors) == {"invalid_request"}
    assert refused(me, loop, token) == "invalid_request"
