"""RFC 8693: token exchange, from one service to the next, in a person's name."""

from typing import Any

import pytest

from clients import service as registry
from idp.consent import service as consents
from tests.actors import Person, Portal, decode, portal
from tests.conftest import MovableClock
from tests.records import nothing_changed, one_event

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
TAX, LAND, POLICE = (
    "https://api.tax.example.gov",
    "https://api.land.example.gov",
    "https://api.police.example.gov",
)


@pytest.fixture
def front(stores: None) -> Portal:
    """The citizens' portal; its tokens are for the tax interface."""
    return portal("front", audience=TAX, resources=(TAX,))


@pytest.fixture
def tax_api(stores: None) -> Portal:
    """The tax interface, which asks the land register in the citizen's name."""
    return between("tax-api", TAX, LAND)


def between(client_id: str, own: str, *targets: str, **changes: Any) -> Portal:
    values = {
        "grant_types": (EXCHANGE,), "redirect_uris": (), "post_logout_redirect_uris": (),
        "introspects": (own,), "resources": targets, "scopes": ("profile", "realname"),
    }  # fmt: skip
    return portal(client_id, **(values | changes))


def form(token: str, **changes: str | None) -> dict[str, str]:
    values = {
        "grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS, "resource": LAND,
        **changes,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}


def exchange(person: Person, service: Portal, token: str, **changes: str | None) -> dict[str, Any]:
    answer = person.token(service, form(token, **changes))
    assert answer.headers["Cache-Control"] == "no-store"
    return {"status": answer.status_code, **(answer.json or {})}


@pytest.fixture
def shown(me: Person, front: Portal) -> str:
    """The token that the citizen's portal showed to the tax interface."""
    return str(me.tokens(front, scope="openid profile realname")["access_token"])


def test_section_2_2_1_the_answer_names_what_was_issued(me: Person, tax_api: Portal, shown: str) -> None:
    with one_event("token.exchange"):
        answer = exchange(me, tax_api, shown)
    assert (answer["status"], answer["issued_token_type"], answer["token_type"]) == (200, ACCESS, "Bearer")
    assert "refresh_token" not in answer
    claims = decode(answer["access_token"])
    assert (claims["aud"], claims["client_id"], claims["scope"]) == (LAND, "tax-api", "profile realname")


def test_section_4_1_who_asks_stands_in_act_and_the_person_in_sub(
    me: Person, tax_api: Portal, shown: str
) -> None:
    claims = decode(exchange(me, tax_api, shown)["access_token"])
    assert claims["act"] == {"sub": "tax-api"}
    assert claims["sub"] != decode(shown)["sub"], "each sector knows the person by another name"
    assert claims["acr"] == decode(shown)["acr"]


def test_section_4_1_the_chain_of_actors_grows_and_ends(me: Person, tax_api: Portal, shown: str) -> None:
    land_api = between("land-api", LAND, POLICE)
    first = exchange(me, tax_api, shown)["access_token"]
    second = exchange(me, land_api, first, resource=POLICE)["access_token"]
    assert decode(second)["act"] == {"sub": "land-api", "act": {"sub": "tax-api"}}
    token = first
    loop = between("loop", LAND, LAND)
    for _ in range(3):
        token = exchange(me, loop, token)["access_token"]
    assert exchange(me, loop, token)["error"] == "invalid_request"


def test_section_4_4_a_token_that_names_its_actor_is_exchanged_by_nobody_else(
    me: Person, tax_api: Portal
) -> None:
    other = between("other", TAX, LAND)
    named = portal("front", audience=TAX, may_act="other")
    token = me.tokens(named, scope="openid profile")["access_token"]
    assert decode(token)["may_act"] == {"sub": "other"}
    assert exchange(me, tax_api, token)["error"] == "invalid_request"
    assert exchange(me, other, token)["status"] == 200


def test_section_2_1_resource_or_audience_names_the_service(me: Person, tax_api: Portal, shown: str) -> None:
    assert decode(exchange(me, tax_api, shown, resource=None, audience=LAND)["access_token"])["aud"] == LAND


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_token": None}, "invalid_request"),
        ({"subject_token_type": None}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"subject_token": "x.y.z"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"actor_token": "x.y.z"}, "invalid_request"),
        ({"actor_token_type": ACCESS}, "invalid_request"),
        ({"resource": None}, "invalid_target"),
        ({"resource": POLICE}, "invalid_target"),
        ({"resource": "land"}, "invalid_target"),
        ({"resource": None, "audience": POLICE}, "invalid_target"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "profile idcard"}, "invalid_scope"),
        ({"scope": "profile  realname"}, "invalid_scope"),
    ],
)
def test_section_2_2_2_a_wrong_request_gets_its_error(
    me: Person, tax_api: Portal, shown: str, changes: dict[str, str | None], error: str
) -> None:
    with nothing_changed():
        answer = exchange(me, tax_api, shown, **changes)
    assert (answer["status"], answer["error"]) == (400, error)


def test_the_scope_can_only_shrink(me: Person, tax_api: Portal, shown: str) -> None:
    narrow = exchange(me, tax_api, shown, scope="profile")["access_token"]
    assert decode(narrow)["scope"] == "profile"
    land_api = between("land-api", LAND, POLICE)
    assert exchange(me, land_api, narrow, resource=POLICE, scope="realname")["error"] == "invalid_scope"


def test_the_new_token_ends_no_later_than_the_first(
    me: Person, tax_api: Portal, shown: str, time_travel: MovableClock
) -> None:
    time_travel.advance(400)
    assert decode(exchange(me, tax_api, shown)["access_token"])["exp"] <= decode(shown)["exp"]
    time_travel.advance(201)
    assert exchange(me, tax_api, shown)["error"] == "invalid_request"


def test_a_service_the_token_was_never_for_cannot_exchange_it(me: Person, shown: str) -> None:
    thief = between("thief", "https://api.other.example.gov", LAND)
    assert exchange(me, thief, shown)["error"] == "invalid_request"


def test_a_client_without_the_grant_cannot(me: Person, front: Portal, shown: str) -> None:
    assert exchange(me, front, shown, resource=TAX)["error"] == "unauthorized_client"


def test_a_systems_own_token_speaks_of_nobody_and_is_refused(me: Person, tax_api: Portal) -> None:
    system = portal(
        "system", audience=TAX, grant_types=("client_credentials",), redirect_uris=(),
        post_logout_redirect_uris=(), scopes=("data.query",),
    )  # fmt: skip
    own = me.token(system, {"grant_type": "client_credentials"}).json or {}
    assert exchange(me, tax_api, own["access_token"])["error"] == "invalid_request"


def test_an_id_token_and_a_refresh_token_are_no_subject_token(
    me: Person, tax_api: Portal, front: Portal
) -> None:
    tokens = me.tokens(front)
    for name in ("id_token", "refresh_token"):
        assert exchange(me, tax_api, tokens[name])["error"] == "invalid_request"


def alive(person: Person, asking: Portal, token: str) -> bool:
    return bool((person.post("/introspect", {"token": token}, headers=asking.basic).json or {})["active"])


def test_the_exchanged_token_dies_with_the_session(
    me: Person, tax_api: Portal, front: Portal, shown: str
) -> None:
    exchanged = exchange(me, tax_api, shown)["access_token"]
    assert alive(me, tax_api, exchanged)
    from idp import sessions

    sessions.end(sessions.of_person(decode_person(exchanged))[0])
    assert not alive(me, tax_api, exchanged)
    assert exchange(me, tax_api, shown)["error"] == "invalid_request"


def test_the_exchanged_token_dies_with_the_consent_to_the_first_portal(
    me: Person, tax_api: Portal, shown: str
) -> None:
    exchanged = exchange(me, tax_api, shown)["access_token"]
    land_api = between("land-api", LAND, POLICE)
    further = exchange(me, land_api, exchanged, resource=POLICE)["access_token"]
    consents.withdraw(decode_person(exchanged), "front")
    assert not alive(me, tax_api, exchanged)
    assert not alive(me, land_api, further)


def test_the_first_portal_taken_out_of_service_ends_the_exchange(
    me: Person, tax_api: Portal, shown: str
) -> None:
    registry.disable("front", operator="test")
    assert exchange(me, tax_api, shown)["error"] == "invalid_request"


def decode_person(token: str) -> str:
    from idp.tokens import read_access_token

    person = read_access_token(token).handle.person
    assert person is not None
    return person


@pytest.mark.parametrize(
    "changes", [{"resources": ()}, {"token_endpoint_auth_method": "none", "application_type": "native"}]
)
def test_a_registration_for_exchange_names_services_and_keeps_a_secret(changes: dict[str, Any]) -> None:
    from tests import registrations

    values = {"grant_types": [EXCHANGE], "redirect_uris": [], "scopes": ["profile"], "resources": [LAND]}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in changes.items()}
    assert registrations.refusal(registrations.entry(**values)) is None
    assert registrations.refusal(registrations.entry(**(values | plain))) is not None
