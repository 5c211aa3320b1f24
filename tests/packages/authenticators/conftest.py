import pytest

from idp.persons import Person
from tests.packages.authenticators import people


@pytest.fixture
def person(stores: None) -> Person:
    """A synthetic citizen."""
    return people.registered()
