"""RFC 8707: resource indicators."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.actors import ISSUER, Person, Portal, decode, portal, query
from tests.records import nothing_changed

TAX, LAND = "https://api.tax.example.gov/", "https://api.land.example.gov/v1"


@pytest.fixture
def shop(stores: None) -> Portal:
    """A portal that may have tokens for two services."""
    return portal("shop", resources=(TAX, LAND))


def error(person: Person, shop: Portal, *resources: str) -> dict[str, str]:
    """What the portal is told of an authorization request for these resources."""
    pairs = [*shop.request().items(), *(("resource", one) for one in resources)]
    with nothing_changed():
        return query(person.get("/authorize?" + urlencode(pairs)).location)


def redeemed(person: Person, shop: Portal, *resources: str, **form: Any) -> dict[str, Any]:
    pairs = [*shop.request().items(), *(("resource", one) for one in resources)]
    answer = person.get("/authorize?" + urlencode(pairs))
    while answer.location.startswith("/"):
        answer = (
            person.agree(answer.location) if "/consent/" in answer.location else person.get(answer.location)
        )
    return dict(person.token(shop, {**shop.token_form(query(answer.location)["code"]), **form}).json or {})


def audience(tokens: dict[str, Any]) -> Any:
    return decode(tokens["access_token"])["aud"]


def test_section_2_a_token_is_for_the_resource_that_was_asked_for(me: Person, shop: Portal) -> None:
    assert audience(redeemed(me, shop, TAX)) == TAX


def test_section_2_several_resources_can_be_named(me: Person, shop: Portal) -> None:
    assert audience(redeemed(me, shop, TAX, LAND)) == [TAX, LAND]


@pytest.mark.parametrize(
    "bad",
    ["api.tax.example.gov", "/relative", f"{TAX}#fragment", "https://[", "https://other.example/", "x y:z"],
)
def test_section_2_what_is_no_registered_absolute_uri_is_an_invalid_target(
    me: Person, shop: Portal, bad: str
) -> None:
    answer = error(me, shop, bad)
    assert (answer["error"], answer["state"]) == ("invalid_target", "st-1")


def test_section_2_one_wrong_resource_among_good_ones_refuses_all(me: Person, shop: Portal) -> None:
    assert error(me, shop, TAX, "https://other.example/")["error"] == "invalid_target"


def test_section_2_a_flood_of_resources_is_refused(me: Person, shop: Portal) -> None:
    assert error(me, shop, *(f"{TAX}{n}" for n in range(20)))["error"] == "invalid_target"


def test_section_2_2_the_token_request_narrows(me: Person, shop: Portal) -> None:
    assert audience(redeemed(me, shop, TAX, LAND, resource=LAND)) == LAND


def test_section_2_2_the_token_request_cannot_widen(me: Person, shop: Portal) -> None:
    assert redeemed(me, shop, TAX, resource=LAND)["error"] == "invalid_target"


def test_section_2_2_each_refresh_may_name_another_of_the_granted(me: Person, shop: Portal) -> None:
    first = redeemed(me, shop, TAX, LAND, resource=TAX)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "resource": LAND}
    second = dict(me.token(shop, form).json or {})
    assert (audience(first), audience(second)) == (TAX, LAND)


def test_section_2_2_a_refused_resource_does_not_use_up_the_refresh_token(me: Person, shop: Portal) -> None:
    first = redeemed(me, shop, TAX)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert (me.token(shop, {**form, "resource": LAND}).json or {})["error"] == "invalid_target"
    assert me.token(shop, form).status_code == 200


def test_section_3_a_token_for_a_service_is_none_for_userinfo_unless_asked(me: Person, shop: Portal) -> None:
    narrow = redeemed(me, shop, TAX)["access_token"]
    assert me.get("/userinfo", headers={"Authorization": f"Bearer {narrow}"}).status_code in (401, 403)
    wide = redeemed(me, shop, TAX, resource=ISSUER)["access_token"]
    assert me.get("/userinfo", headers={"Authorization": f"Bearer {wide}"}).status_code == 200


def test_a_resource_taken_from_the_client_is_in_no_later_token(me: Person, shop: Portal) -> None:
    first = redeemed(me, shop, TAX, LAND)
    portal("shop", resources=(TAX,))
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert audience(dict(me.token(shop, form).json or {})) == TAX
