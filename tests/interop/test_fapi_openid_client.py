"""openid-client of npm in the FAPI 2.0 profiles: what a portal of higher demands will build on."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests import node
from tests.interop.browserless import Browser
from tests.interop.portal import Portal
from tests.interop.program import in_node

pytestmark = pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")


@pytest.mark.parametrize(
    ("name", "answer", "token_type"),
    [
        ("fapi", {"code", "state", "iss"}, "dpop"),
        ("signing", {"response"}, "dpop"),
        ("certified", {"code", "state", "iss"}, "bearer"),
    ],
)
def test_openid_client_keeps_a_fapi_profile_from_login_to_logout(
    secured_portals: dict[str, Portal], name: str, answer: set[str], token_type: str
) -> None:
    portal, browser = secured_portals[name], Browser()
    with in_node("fapi.js", portal.authority) as program:
        address = program.begin(portal)["address"]
        assert set(parse_qs(urlsplit(address).query)) == {"client_id", "request_uri"}
        back = portal.log_in(browser, address)
        assert set(parse_qs(urlsplit(back).query)) - {"session_state"} == answer
        held = program.tell(callback=back)
        assert held["claims"]["iss"] == portal.issuer
        assert held["person"]["sub"] == held["claims"]["sub"]
        assert (held["type"], held["unproven"]) == (token_type, 401)
        assert held["rotated"] is False, "a FAPI 2.0 server does not rotate (FAPI 2.0 §5.3.2.1)"
        assert portal.log_out(browser, held["logout"]) == f"{portal.post_logout_redirect_uri}?state=bye"
        assert program.tell()["refusal"] == "invalid_grant"
