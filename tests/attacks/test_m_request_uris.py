"""Attack book M01 M04: a request_uri that leads somewhere else."""

from urllib.parse import urlencode

import pytest

from tests.actors import Person, query
from tests.records import events
from tests.signing import signing_portal
from tests.sink import answers, document, sink

TYPE = "application/oauth-authz-req+jwt"


@pytest.mark.parametrize("tail", ["", "#x", "?x=1", "/../x", "@evil.example/"])
def test_m01_an_address_nobody_registered_is_never_visited(me: Person, tail: str) -> None:
    with sink(document(b"x", TYPE)) as inside, sink(document(b"x", TYPE)) as own:
        bank = signing_portal(request_uris=(f"http://127.0.0.1:{own.port}/object",))
        for uri in (f"{inside.uri}{tail}", f"{inside.uri}#{bank.client.request_uris[0]}"):
            asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "request_uri": uri}
            location = me.get("/authorize?" + urlencode(asked)).location
            assert query(location)["error"] == "invalid_request_uri"
        assert (inside.requests, own.requests) == ([], [])


@pytest.mark.parametrize(
    "uri",
    ["file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "data:application/jwt,x", "http://169.254.169.254/",
     "//x", " "],
)  # fmt: skip
def test_m01_no_other_scheme_or_place_is_tried(me: Person, uri: str) -> None:
    bank = signing_portal()
    asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "request_uri": uri}
    assert query(me.get("/authorize?" + urlencode(asked)).location)["error"] == "invalid_request_uri"
    assert events("ssrf.block") == []


def test_m04_a_registered_address_leads_no_further(me: Person) -> None:
    with sink(document(b"x", TYPE)) as inside, sink(answers(302, ("Location", inside.uri))) as own:
        bank = signing_portal(request_uris=(own.uri,))
        asked = {"client_id": "bank", "redirect_uri": bank.redirect_uri, "request_uri": own.uri}
        assert query(me.get("/authorize?" + urlencode(asked)).location)["error"] == "invalid_request_uri"
        assert (len(own.requests), inside.requests) == (1, [])
