"""openid-client of npm registers itself: a plain client needs no more than an initial access token."""

from collections.abc import Iterator

import pytest

from tests import node, serving
from tests.interop.browserless import Browser, visit
from tests.interop.program import in_node
from tests.registrants import POLICY
from tests.serving import Served

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")

CALLBACK = "https://registering.example/callback"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of one process, which knows at once who has gone; nobody registered, a token to do so."""
    with serving.running(
        tmp_path_factory.mktemp("registering"), [], policies=[POLICY | {"uses": 1}], processes=1
    ) as running:
        yield running


def test_openid_client_registers_itself_logs_in_reads_its_registration_and_goes(served: Served) -> None:
    with in_node("registering.js") as program:
        asked = program.tell(
            issuer=served.issuer, redirect_uri=CALLBACK, initial_access_token=served.initial_tokens[0]
        )
        assert asked["registered"]["client_name"] == "Registering Portal"
        assert asked["registered"]["token_endpoint_auth_method"] == "client_secret_basic"
        held = program.tell(callback=visit(Browser(), asked["address"], served.people[0], CALLBACK))
    assert held["claims"]["aud"] == asked["registered"]["client_id"]
    assert held["person"]["sub"] == held["claims"]["sub"]
    assert held["read"]["redirect_uris"] == [CALLBACK]
    assert (held["gone"], held["refusal"]) == (204, 401)
