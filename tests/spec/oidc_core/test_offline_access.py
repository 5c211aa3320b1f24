"""OpenID Connect Core 1.0 §11, §12: offline access, which outlasts the session."""

from tests.actors import Person, Portal, portal, query

OFFLINE = "openid offline_access"


def asking(**changes: object) -> Portal:
    return portal("offline", scopes=("openid", "profile", "offline_access"), **changes)


def test_section_11_the_person_is_asked_for_it_by_name(me: Person) -> None:
    """OIDC Core §11: consent is received for it; what a person agreed to without it does not cover it."""
    one = asking()
    me.tokens(one, scope="openid profile")
    assert query(me.authorize(one, scope=OFFLINE, prompt="none").location)["error"] == "consent_required"
    me.tokens(one, scope=OFFLINE, prompt="consent")
    assert "code" in query(me.authorize(one, scope=OFFLINE, prompt="none").location)


def test_section_11_prompt_consent_asks_again(me: Person) -> None:
    """OIDC Core §11, §3.1.2.1: prompt=consent shows the page, whatever was agreed to before."""
    one = asking()
    me.tokens(one, scope=OFFLINE)
    answer = me.authorize(one, scope=OFFLINE, prompt="consent")
    while "/consent/" not in answer.location:
        assert answer.location.startswith("/")
        answer = me.get(answer.location)
    assert "offline_access" in me.get(answer.location).text


def test_section_11_it_is_ignored_for_a_client_without_refresh_tokens(me: Person) -> None:
    """OIDC Core §11: the request is ignored where it could give nothing."""
    one = asking(grant_types=("authorization_code",))
    told = me.tokens(one, scope=OFFLINE)
    assert "refresh_token" not in told


def test_section_12_1_a_refresh_is_authenticated_like_every_token_request(me: Person) -> None:
    """OIDC Core §12.1: the client authenticates by its registered method."""
    one = asking()
    form = {"grant_type": "refresh_token", "refresh_token": me.tokens(one, scope=OFFLINE)["refresh_token"]}
    assert me.post("/token", form | {"client_id": "offline"}).status_code == 401
    assert me.token(one, form).status_code == 200
