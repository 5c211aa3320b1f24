from collections.abc import Iterator

import pytest

from tests import serving
from tests.registrants import Own, Registrant
from tests.registrations import entry
from tests.site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server of two processes for all tests of a file."""
    folder = tmp_path_factory.mktemp("site")
    portal = entry(grant_types=["authorization_code", "refresh_token"], scopes=["openid", "profile"])
    with serving.running(folder, [portal], processes=2, hash_workers=1) as served:
        yield Site(served, folder)


@pytest.fixture
def own(program: Registrant) -> Own:
    """A client that registered itself."""
    return program.register()


@pytest.fixture
def other(program: Registrant) -> Own:
    """Another client, of the same initial access token."""
    return program.register(redirect_uris=["https://other.example.org/cb"])
