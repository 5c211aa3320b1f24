"""openid-client of npm: the library most node portals use."""

import pytest

from tests import node
from tests.interop.browserless import Browser
from tests.interop.portal import Portal
from tests.interop.program import in_node

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")


def test_openid_client_logs_in_refreshes_reads_claims_and_logs_out(portal: Portal) -> None:
    browser = Browser()
    with in_node("openid_client.js") as program:
        asked = program.begin(portal)
        held = program.tell(callback=portal.log_in(browser, asked["address"]))
        assert held["claims"]["iss"] == portal.issuer
        assert held["person"]["sub"] == held["claims"]["sub"] == held["introspected"]["sub"]
        assert held["introspected"]["active"] is True
        assert held["rotated"] is True
        back = portal.log_out(browser, held["logout"])
        assert back == f"{portal.post_logout_redirect_uri}?state=bye"
        assert program.tell() == {"refusal": "invalid_grant", "active": False}
