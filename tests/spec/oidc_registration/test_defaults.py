"""OIDC Dynamic Client Registration 1.0 §2: what a request asks for when it does not say."""

from tests.actors import Person, decode, portal
from tests.conftest import MovableClock


def test_the_registered_age_is_asked_for(me: Person, time_travel: MovableClock) -> None:
    """OIDC Registration 1.0 §2: default_max_age, and auth_time is told."""
    tax = portal("tax", default_max_age=60)
    assert "auth_time" in decode(me.tokens(tax)["id_token"])
    time_travel.advance(61)
    assert me.authorize(tax).location.startswith("/login/")


def test_a_request_may_say_otherwise(me: Person, time_travel: MovableClock) -> None:
    """OIDC Registration 1.0 §2: the max_age parameter overrides the default."""
    tax = portal("tax", default_max_age=60)
    me.tokens(tax)
    time_travel.advance(61)
    assert me.code_for(tax, max_age="600")


def test_the_registered_level_is_asked_for(me: Person) -> None:
    """OIDC Registration 1.0 §2: default_acr_values, unless the request names its own."""
    tax = portal("tax", default_acr_values=("urn:gov-sso:acr:l3",))
    assert me.authorize(tax).location.startswith("/login/"), "a second factor is missing"
    assert me.code_for(tax, acr_values="urn:gov-sso:acr:l1")
