"""oauth4webapi of npm: each check of FAPI 2.0 by itself, with nothing left out."""

import pytest

from tests import node
from tests.interop.browserless import Browser
from tests.interop.portal import Portal
from tests.interop.program import in_node

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")


def test_oauth4webapi_checks_every_step_from_login_to_logout(secured_portals: dict[str, Portal]) -> None:
    portal, browser = secured_portals["fapi"], Browser()
    with in_node("strict.js", portal.authority) as program:
        found = program.begin(portal)
        assert found["same"] is True, "both discovery documents say the same (RFC 8414 §5)"
        assert found["resource"]["authorization_servers"] == [portal.issuer]
        held = program.tell(callback=portal.log_in(browser, found["address"]))
        assert '"iss"' in held["mixup"], "the client checks whose answer it is (RFC 9207 §2.4)"
        assert held["claims"]["iss"] == portal.issuer
        assert held["person"]["sub"] == held["introspected"]["sub"] == held["claims"]["sub"]
        assert held["introspected"]["cnf"]["jkt"]
        assert held["nonces"] > 0, "the server's nonce was asked for"
        assert held["refusals"] == ["invalid_token", "invalid_token"]
        assert portal.log_out(browser, held["logout"]) == f"{portal.post_logout_redirect_uri}?state=bye"
        assert program.tell() == {"refusal": "invalid_grant", "active": False}
