"""A citizen with a phone, and the portals that call."""

import pytest

from idp import persons
from tests.actors import Person, Portal, citizen
from tests.approving import hotline, with_phone


@pytest.fixture
def number(me: Person) -> str:
    """The mobile number of the citizen who is logged in."""
    person = persons.find_by_identifier("111", "010101198504123013")
    assert person is not None
    return with_phone(person.id)


@pytest.fixture
def line(stores: None) -> Portal:
    """A hotline that polls."""
    return hotline()


@pytest.fixture
def nobody(stores: None) -> str:
    """The id of a citizen without a phone."""
    return citizen("010101199003070181", "李示")
