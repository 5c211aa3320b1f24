"""RFC 9126: pushed authorization requests."""

import pytest

from tests.actors import Person, Portal, portal, query
from tests.conftest import MovableClock
from tests.records import events, nothing_changed
from tests.signing import SigningPortal, refusal, signing_portal


@pytest.fixture
def bank(stores: None) -> SigningPortal:
    """A portal that signs, of the standard profile."""
    return signing_portal()


def test_2_1_a_client_authenticates_as_at_the_token_endpoint(me: Person, tax: Portal) -> None:
    """RFC 9126 §2.1: the rules of client authentication at the token endpoint apply."""
    assert me.post("/par", tax.request(), headers=tax.basic).status_code == 201
    assert refusal(me.post("/par", tax.request())) == (401, "invalid_client")
    wrong = Portal(client=tax.client, secret="wrong").basic
    assert refusal(me.post("/par", tax.request(), headers=wrong)) == (401, "invalid_client")


def test_2_1_a_public_client_names_itself(me: Person) -> None:
    """RFC 9126 §2.1: a public client pushes with its client_id alone."""
    app = portal(
        "app", application_type="native", token_endpoint_auth_method="none",
        redirect_uris=("http://127.0.0.1/cb",), post_logout_redirect_uris=(),
    )  # fmt: skip
    assert me.post("/par", app.request()).status_code == 201


def test_2_1_another_client_id_than_the_authenticated_one_is_refused(
    me: Person, tax: Portal, health: Portal
) -> None:
    """RFC 9126 §2.1: client_id is that of the client that authenticates."""
    answer = me.post("/par", tax.request(client_id="health"), headers=tax.basic)
    assert refusal(answer) == (401, "invalid_client")


def test_2_1_a_request_uri_cannot_be_pushed(me: Person, tax: Portal) -> None:
    """RFC 9126 §2.1: request_uri MUST NOT be provided."""
    form = tax.request(request_uri="https://tax.example.gov/object")
    assert refusal(me.post("/par", form, headers=tax.basic)) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_2_3_another_method_than_post_is_refused(me: Person, tax: Portal, method: str) -> None:
    """RFC 9126 §2.3: any other method is answered by 405."""
    answer = me.http.open("/par", method=method, base_url="http://127.0.0.1:8080", headers=tax.basic)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_2_3_a_body_that_is_too_large_is_refused(me: Person, tax: Portal) -> None:
    """RFC 9126 §2.3: 413 when the request is too large."""
    assert me.post("/par", tax.request(state="x" * 70_000), headers=tax.basic).status_code == 413
    assert me.post("/par", tax.request(extra="x" * 20_000), headers=tax.basic).status_code == 413


def test_2_2_the_answer_is_a_reference_and_its_lifetime(me: Person, tax: Portal) -> None:
    """RFC 9126 §2.2: 201 with request_uri and expires_in, not to be stored."""
    answer = me.post("/par", tax.request(), headers=tax.basic)
    body = answer.json or {}
    assert (answer.status_code, answer.content_type) == (201, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(body) == {"request_uri", "expires_in"}
    assert body["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert 5 <= body["expires_in"] < 600


def test_2_2_a_reference_is_unguessable_and_never_the_same(me: Person, tax: Portal) -> None:
    """RFC 9126 §2.2, §7.1: it holds a cryptographically strong random part."""
    made = {(me.post("/par", tax.request(), headers=tax.basic).json or {})["request_uri"] for _ in range(50)}
    assert len(made) == 50
    assert min(len(one.rpartition(":")[2]) for one in made) >= 43


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"state": "x" * 3000}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "openid unknown"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"dpop_jkt": "short"}, "invalid_request"),
    ],
)
def test_2_3_what_the_authorization_endpoint_refuses_is_refused_here(
    me: Person, tax: Portal, changes: dict[str, str | None], error: str
) -> None:
    """RFC 9126 §2.1, §2.3: the request is validated as at the authorization endpoint; errors are JSON."""
    with nothing_changed():
        answer = me.post("/par", tax.request(**changes), headers=tax.basic)
    assert refusal(answer) == (400, error)
    assert [row.client for row in events("authz.reject")] == ["tax"]


def test_4_the_reference_replaces_the_request(me: Person, tax: Portal) -> None:
    """RFC 9126 §4: client_id and request_uri are enough."""
    form = tax.request(state="pushed", nonce="n-pushed")
    pushed = me.post("/par", form, headers=tax.basic).json or {}
    me.code_for(tax)
    location = me.get(f"/authorize?client_id=tax&request_uri={pushed['request_uri']}").location
    assert location.startswith(tax.redirect_uri)
    assert query(location)["state"] == "pushed"
    assert me.token(tax, tax.token_form(query(location)["code"])).status_code == 200


def test_4_parameters_beside_the_reference_are_not_looked_at(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §4, RFC 9101 §6.3: what was pushed is the whole request."""
    me.code_for(bank)
    beside = {"state": "other", "redirect_uri": "https://evil.example/cb", "scope": "openid phone"}
    location = bank.open(me, bank.pushed(me, state="pushed"), **beside).location
    assert location.startswith(bank.redirect_uri + "?")
    assert query(location)["state"] == "pushed"
    bare = bank.open(me, bank.pushed(me, state=None), state="outside").location
    assert "state" not in query(bare)


def test_4_the_client_must_be_named_and_the_same(me: Person, bank: SigningPortal, health: Portal) -> None:
    """RFC 9126 §2.2, §4: a reference is bound to the client that pushed it."""
    reference = bank.pushed(me)
    for query_string in (f"request_uri={reference}", f"client_id=health&request_uri={reference}"):
        answer = me.get(f"/authorize?{query_string}")
        assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert bank.open(me, reference).status_code == 303


def test_2_2_a_client_with_the_same_address_cannot_open_it_either(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §2.2: the binding is to the client, not to where its answers go."""
    twin = signing_portal("twin", redirect_uris=bank.client.redirect_uris)
    assert twin.open(me, twin.pushed(me)).status_code == 303
    assert twin.open(me, bank.pushed(me)).status_code == 400


def test_4_it_may_be_opened_again_until_it_is_answered(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §4: a reload is no second use; an answered request is used."""
    reference = bank.pushed(me)
    assert bank.open(me, reference).location.startswith("/login/")
    assert bank.open(me, reference).location.startswith("/login/")
    assert bank.response(me, reference)["code"]
    again = bank.open(me, reference)
    assert (again.status_code, "APP-004" in again.text) == (400, True)
    assert events("authz.reject")[-1].reason == "invalid_request_uri"


def test_4_an_error_answers_it_too(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §4: whatever the portal was told, the request is used."""
    reference = bank.pushed(me, prompt="none")
    assert query(bank.open(me, reference).location)["error"] == "consent_required"
    assert bank.open(me, reference).status_code == 400


def test_4_after_its_lifetime_it_cannot_be_opened(
    me: Person, bank: SigningPortal, time_travel: MovableClock
) -> None:
    """RFC 9126 §4: an expired reference is refused."""
    from idp.store import redis

    reference = bank.pushed(me)
    (key,) = redis.call("KEYS", "par:*")
    assert 80 <= redis.call("TTL", key) <= 90
    redis.call("PEXPIRE", key, 0)
    assert bank.open(me, reference).status_code == 400


def test_4_a_login_that_began_in_time_may_end(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §4: the lifetime is that of the reference, not of the person's login."""
    from idp.store import redis

    opened = bank.open(me, bank.pushed(me))
    (key,) = redis.call("KEYS", "par:*")
    redis.call("DEL", key)
    answer = me.get(opened.location)
    while answer.status_code == 303 and answer.location.startswith("/"):
        answer = me.agree(answer.location) if "/consent/" in answer.location else me.get(answer.location)
    assert "code" in query(answer.location)


def test_5_the_metadata_names_the_endpoint(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §5: pushed_authorization_request_endpoint, require_pushed_authorization_requests."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["pushed_authorization_request_endpoint"] == "http://127.0.0.1:8080/par"
    assert metadata["require_pushed_authorization_requests"] is False


def test_6_a_client_can_be_bound_to_push(me: Person, stores: None) -> None:
    """RFC 9126 §6: require_pushed_authorization_requests of a client is enforced."""
    bound = signing_portal("bound", require_pushed_authorization_requests=True)
    refused = me.authorize(bound)
    assert query(refused.location)["error"] == "invalid_request"
    assert bound.open(me, bound.pushed(me)).location.startswith("/login/")


def test_7_4_what_the_client_may_not_do_any_more_is_refused_when_opened(
    me: Person, bank: SigningPortal
) -> None:
    """RFC 9126 §7.4: the client's policy may change between push and use."""
    reference, other = bank.pushed(me), bank.pushed(me)
    signing_portal(redirect_uris=("https://bank.example.gov/new",))
    assert bank.open(me, reference).status_code == 400
    signing_portal(require_signed_request_object=True)
    assert query(bank.open(me, other).location)["error"] == "invalid_request"


def test_8_what_is_kept_is_sealed(me: Person, bank: SigningPortal) -> None:
    """RFC 9126 §8: a hint may hold a person's number; nobody reads it in the store."""
    from idp.store import redis

    bank.pushed(me, login_hint="010101198504123013")
    for key in redis.call("KEYS", "*"):
        if redis.call("TYPE", key) == b"string":
            assert b"0101011985" not in redis.call("GET", key)
