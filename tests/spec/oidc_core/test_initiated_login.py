"""OIDC Core §4: a login that starts at our own list of services."""

from urllib.parse import parse_qs, urlsplit

import pytest

from idp.settings import current
from tests.actors import ISSUER, Person, citizen, portal


def links(me: Person, path: str = "/account/services") -> list[str]:
    import html
    import re

    page = me.get(path)
    assert page.status_code == 200
    return [html.unescape(found) for found in re.findall(r'<a class="portal" href="([^"]+)"', page.text)]


def test_the_link_names_the_issuer_and_the_page_to_end_at(me: Person) -> None:
    """OIDC Core §4: iss is required, target_link_uri says where to go after the login."""
    portal("tax", home_uri="https://tax.example.gov/", initiate_login_uri="https://tax.example.gov/start")
    (link,) = links(me)
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://tax.example.gov/start"
    assert parse_qs(parts.query) == {"iss": [ISSUER], "target_link_uri": ["https://tax.example.gov/"]}
    assert current().issuer == ISSUER


def test_a_query_that_is_registered_is_kept(me: Person) -> None:
    """OIDC Core §4: parameters are added to those that are there."""
    portal("tax", initiate_login_uri="https://tax.example.gov/start?from=a&b=c")
    (link,) = links(me)
    assert parse_qs(urlsplit(link).query) == {"from": ["a"], "b": ["c"], "iss": [ISSUER]}


def test_nobody_is_announced(me: Person) -> None:
    """OIDC Core §4: login_hint is optional; no number, no name, no subject goes along."""
    portal("tax", home_uri="https://tax.example.gov/", initiate_login_uri="https://tax.example.gov/start")
    (link,) = links(me)
    assert "login_hint" not in link
    assert "0101011985" not in link


def test_a_service_without_initiation_is_entered_at_its_home(me: Person) -> None:
    """OIDC Core §4: only a client that registered initiate_login_uri can be asked to begin."""
    portal("tax", home_uri="https://tax.example.gov/")
    assert links(me) == ["https://tax.example.gov/"]


@pytest.mark.parametrize("path", ["/account/services", "/account/services?q=x&page=2"])
def test_the_list_is_for_whoever_is_logged_in(stranger: Person, path: str) -> None:
    """OIDC Core §4: the third party here is our own page, and it knows who asks."""
    citizen()
    answer = stranger.get(path)
    assert (answer.status_code, answer.location[:7]) == (303, "/login/")
