"""RFC 6749 §2 to §10: what the token endpoint takes, gives, and binds to whom."""

import base64

from idp.base.clock import now
from tests import registrations
from tests.actors import Person, Portal, portal, query, service
from tests.records import nothing_changed


def refreshed(person: Person, client: Portal, token: str, **more: str) -> dict[str, str]:
    form = {"grant_type": "refresh_token", "refresh_token": token, **more}
    return dict(person.token(client, form).json or {})


def test_section_2_3_1_a_secret_comes_by_basic_authentication(me: Person, tax: Portal) -> None:
    """RFC 6749 §2.3.1: HTTP Basic is supported for clients that were issued a password."""
    assert me.token(tax, tax.token_form(me.code_for(tax))).status_code == 200


def test_section_2_3_1_both_halves_of_basic_are_form_encoded(me: Person, tax: Portal) -> None:
    """RFC 6749 §2.3.1: id and secret are encoded as form values before they are joined."""
    written = f"%74ax:%{ord(tax.secret[0]):02X}{tax.secret[1:]}"
    header = {"Authorization": "Basic " + base64.b64encode(written.encode()).decode()}
    assert me.post("/token", tax.token_form(me.code_for(tax)), headers=header).status_code == 200


def test_section_2_3_1_a_secret_in_the_address_is_none(me: Person, tax: Portal) -> None:
    """RFC 6749 §2.3.1: credentials stand in the body and never in the request URI."""
    post = portal("post", token_endpoint_auth_method="client_secret_post")
    form = post.token_form(me.code_for(post))
    with nothing_changed():
        answer = me.post(f"/token?client_id=post&client_secret={post.secret}", form)
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_section_2_3_1_no_secret_can_be_guessed(tax: Portal) -> None:
    """RFC 6749 §2.3.1, §10.10: secrets are ours, of 256 random bits: nobody gets anywhere by trying."""
    assert len(tax.secret) == 43
    assert len({portal(f"p{at}").secret for at in range(8)}) == 8


def test_section_3_1_strange_parameters_are_ignored(me: Person, tax: Portal) -> None:
    """RFC 6749 §3.1, §3.2: unrecognized request parameters."""
    me.tokens(tax)
    assert "code" in query(me.authorize(tax, strange="1").location)
    assert me.token(tax, tax.token_form(me.code_for(tax), strange="1")).status_code == 200


def test_section_3_1_1_the_order_of_response_types_means_nothing(me: Person) -> None:
    """RFC 6749 §3.1.1: the order of values does not matter."""
    both = portal("both", response_types=("code", "code id_token"), response_modes=("query", "fragment"))
    me.code_for(both)
    answers = [me.authorize(both, response_type=kind).location for kind in ("code id_token", "id_token code")]
    assert all("#code=" in answer for answer in answers)


def test_section_3_1_2_a_registered_query_is_kept(me: Person) -> None:
    """RFC 6749 §3.1.2: the query of the redirect URI is retained when parameters are added."""
    one = portal("one", redirect_uris=("https://one.example.gov/cb?a=1&b=%20",))
    me.tokens(one)
    assert me.authorize(one).location.startswith("https://one.example.gov/cb?a=1&b=%20&code=")
    assert me.authorize(one, prompt="x").location.startswith("https://one.example.gov/cb?a=1&b=%20&error=")


def test_section_3_3_a_scope_that_was_left_out_is_told(me: Person) -> None:
    """RFC 6749 §3.3, §5.1: when less is given than was asked for, scope says what."""
    small = portal("small", scopes=("openid", "profile"))
    told = me.tokens(small, scope="openid profile age")
    assert told["scope"] == "openid profile"


def test_section_4_4_a_public_client_acts_for_nobody_by_itself(me: Person) -> None:
    """RFC 6749 §4.4: the client credentials grant is for confidential clients only."""
    app = portal(
        "app", token_endpoint_auth_method="none", application_type="native",
        redirect_uris=("http://127.0.0.1/cb",), grant_types=("authorization_code", "client_credentials"),
        scopes=("openid", "data.query"),
    )  # fmt: skip
    with nothing_changed():
        answer = me.post("/token", {"grant_type": "client_credentials", "client_id": app.client.client_id})
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_section_4_4_3_a_system_gets_no_refresh_token(me: Person) -> None:
    """RFC 6749 §4.4.3: an access token, and no refresh token."""
    told = me.token(service(), {"grant_type": "client_credentials"}).json or {}
    assert set(told) == {"access_token", "token_type", "expires_in", "scope"}


def test_section_5_1_the_answer_is_whole_and_stored_by_nobody(me: Person, tax: Portal) -> None:
    """RFC 6749 §5.1: JSON with token and type; Cache-Control: no-store, Pragma: no-cache."""
    answer = me.token(tax, tax.token_form(me.code_for(tax)))
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    told = answer.json or {}
    assert (told["token_type"], told["expires_in"]) == ("Bearer", tax.client.access_token_lifetime)
    assert told["access_token"]


def test_section_6_without_a_scope_all_that_was_granted_is_meant(me: Person, tax: Portal) -> None:
    """RFC 6749 §6: an omitted scope equals what was granted."""
    first = me.tokens(tax, scope="openid profile")
    assert refreshed(me, tax, first["refresh_token"])["scope"] == "openid profile"


def test_section_6_the_successor_of_a_refresh_token_has_its_scope(me: Person, tax: Portal) -> None:
    """RFC 6749 §6: a narrowed request narrows the access token and not the new refresh token."""
    first = me.tokens(tax, scope="openid profile")
    narrow = refreshed(me, tax, first["refresh_token"], scope="openid")
    assert narrow["scope"] == "openid"
    assert refreshed(me, tax, narrow["refresh_token"])["scope"] == "openid profile"


def test_section_10_1_an_app_in_many_hands_is_issued_no_secret() -> None:
    """RFC 6749 §10.1: no credentials for native applications; one installation may register itself."""
    app = registrations.entry(
        application_type="native", token_endpoint_auth_method="none", redirect_uris=["http://127.0.0.1/cb"]
    )
    assert registrations.refusal(app) is None
    for method in ("client_secret_basic", "client_secret_post"):
        refused = registrations.refusal(app | {"token_endpoint_auth_method": method})
        assert refused is not None


def test_section_10_3_an_access_token_ends(me: Person, tax: Portal) -> None:
    """RFC 6749 §4.2.2, §10.3: a short life, which the answer tells."""
    from tests.actors import decode

    told = me.tokens(tax)
    assert abs(decode(told["access_token"])["exp"] - now() - told["expires_in"]) <= 2
