"""What a registration that asks for the full ID number says, each member missing or wrong (domain 5.2)."""

from typing import Any

import pytest

from clients import manifest
from idp.base import clock
from tests.applying import DAY, registration, restricted
from tests.registrations import refusal

pytestmark = pytest.mark.usefixtures("stores")


def faults(entry: dict[str, Any]) -> dict[str, str]:
    placed = {**entry, "client_id": "portal-a", "environment": "production", "division": "010000"}
    return dict(manifest.judge(placed, approved=True)[1])


def test_an_approved_one_that_says_all_of_it_is_right() -> None:
    assert faults(restricted()) == {}
    law = {"idcard": "示范条例第八条"}
    assert faults(restricted(legal_basis={"idcard": "statutory_duty"}, legal_reference=law)) == {}


def test_nothing_but_an_application_grants_it() -> None:
    entry = {**restricted(), "client_id": "portal-a"}
    refused = refusal(entry, environment="production")
    assert refused is not None
    assert any(": scopes: idcard is granted by two officers" in line for line in refused.problems)
    assert refusal(entry, environment="development") is None


@pytest.mark.parametrize(
    ("changes", "key", "says"),
    [
        ({"item_codes": []}, "item_codes", "service items"),
        ({"item_codes": ["A-1", "A-1"]}, "item_codes", "each once"),
        ({"item_codes": ["a b"]}, "item_codes", "letters"),
        ({"impact_assessment": ""}, "impact_assessment", "number of the assessment"),
        ({"impact_assessment": "x" * 65}, "impact_assessment", "at most"),
        ({"restricted_until": 0}, "restricted_until", "within a year"),
        ({"restricted_until": -DAY}, "restricted_until", "within a year"),
        ({"restricted_until": 367 * DAY}, "restricted_until", "within a year"),
        ({"userinfo_encrypted_response_alg": ""}, "userinfo_encrypted_response_alg", "encryption key"),
        ({"legal_basis": {"idcard": "consent"}}, "legal_basis", "statutory_duty or separate_consent"),
        ({"legal_basis": {}}, "legal_basis", ""),
        ({"legal_basis": {"idcard": "statutory_duty"}}, "legal_reference", "name the law"),
        ({"legal_reference": {"phone": "示范条例"}}, "legal_reference", "does not have"),
        ({"grant_types": ["client_credentials"]}, "scopes", "authorization_code"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes: dict[str, Any], key: str, says: str) -> None:
    if abs(until := changes.get("restricted_until", 0)) >= DAY:
        changes = {"restricted_until": clock.now() + until}
    found = faults(restricted(**changes))
    assert key in found, found
    assert says in found[key]


def test_who_asks_for_no_such_data_has_no_end_and_no_assessment() -> None:
    for member, value in (("restricted_until", clock.now() + DAY), ("impact_assessment", "PIA-1")):
        assert "restricted_until" in faults(registration(**{member: value}))
