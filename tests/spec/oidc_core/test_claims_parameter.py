"""OpenID Connect Core 1.0 §5.5: the claims parameter."""

import json
from typing import Any

import pytest
from flask import Flask

from idp import tokens
from idp.base import levels
from tests.actors import Person, Portal, _hidden, citizen, decode, portal, query
from tests.records import events
from tests.signing import signing_portal


def asked(**members: Any) -> str:
    return json.dumps(members)


def userinfo(me: Person, made: dict[str, Any]) -> dict[str, Any]:
    answer = me.get("/userinfo", headers={"Authorization": f"Bearer {made['access_token']}"})
    assert answer.status_code == 200
    return dict(answer.json or {})


def told(
    me: Person, at: Portal, scope: str = "openid", **members: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(ID token, UserInfo) of a request with this claims parameter."""
    made = me.tokens(at, scope=scope, claims=asked(**members))
    return decode(made["id_token"]), userinfo(me, made)


def question(me: Person, at: Portal, **changes: str) -> str:
    """Where the person is asked for consent."""
    location = me.authorize(at, **changes).location
    while "/consent/" not in location:
        location = me.get(location).location
    return str(location)


def error(me: Person, at: Portal, **changes: str) -> str:
    return query(me.authorize(at, **changes).location).get("error", "")


def test_section_5_5_a_claim_of_userinfo_is_returned_there_and_only_there(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5: the userinfo member asks for claims of the UserInfo endpoint."""
    identity, info = told(me, tax, userinfo={"name": None})
    assert info["name"] == "张示"
    assert "name" not in identity


def test_section_5_5_a_claim_of_the_id_token_is_told_there_and_only_there(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5: the id_token member asks for claims of the ID token."""
    identity, info = told(me, tax, id_token={"age_over_18": {"essential": True}})
    assert identity["age_over_18"] is True
    assert "age_over_18" not in info


def test_section_5_5_it_adds_to_what_scopes_give(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5: claims asked for singly come in addition to those of the scopes, and no others."""
    _, info = told(me, tax, "openid profile", userinfo={"name": None})
    assert {"name_masked", "name"} <= set(info)
    assert "real_name_level" not in info, "another claim of the same scope was not asked for"
    assert not {name for name in info if name.startswith("age_")}


def test_section_5_5_without_it_nothing_changes(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5: the parameter is optional; an access token without it says nothing of claims."""
    made = me.tokens(tax)
    assert "claims" not in decode(made["access_token"])
    assert "name" not in userinfo(me, made)


@pytest.mark.parametrize("essential", [True, False])
def test_section_5_5_1_what_the_person_withholds_is_left_out_without_an_error(
    me: Person, essential: bool
) -> None:
    """OIDC Core §5.5.1: no error when a claim is not returned, be it essential or voluntary."""
    clinic = portal("clinic", legal_basis={"realname": "consent"}, scopes=("openid", "realname", "age"))
    wish = {"name": {"essential": essential}, "age_over_18": None}
    page = question(me, clinic, scope="openid", claims=asked(userinfo=wish))
    form = {**_hidden(me.get(page).text), "decision": "agree", "provide": []}
    answer = me.post(page, form)
    while answer.location.startswith("/"):
        answer = me.get(answer.location)
    made = me.token(clinic, clinic.token_form(query(answer.location)["code"])).json or {}
    info = userinfo(me, made)
    assert "name" not in info
    assert info["age_over_18"] is True


def test_section_5_5_1_a_fact_nobody_knows_is_left_out_without_an_error(me: Person) -> None:
    """OIDC Core §5.5.1: the same for a claim that is not available."""
    at = portal("post", scopes=("openid", "phone"))
    _, info = told(me, at, userinfo={"phone_number": {"essential": True}})
    assert "phone_number" not in info


@pytest.mark.parametrize(
    ("wish", "given"),
    [
        ({"value": True}, True), ({"value": False}, False), ({"values": [False, True]}, True),
        ({"values": [1, "true"]}, False), ({"value": 1}, False),
        ({"essential": True, "value": "true"}, False),
    ],
)  # fmt: skip
def test_section_5_5_1_a_claim_of_a_particular_value_is_given_with_that_value_alone(
    me: Person, tax: Portal, wish: dict[str, Any], given: bool
) -> None:
    """OIDC Core §5.5.1: value and values ask for the claim with one of these values."""
    identity, info = told(me, tax, userinfo={"age_over_18": wish}, id_token={"age_over_18": wish})
    assert ("age_over_18" in info) is ("age_over_18" in identity) is given


def test_section_5_5_1_the_subject_asked_for_is_who_logs_in(app: Flask, me: Person, tax: Portal) -> None:
    """OIDC Core §5.5.1, §3.1.2.2: sub with a value: no answer speaks of another person."""
    mine = decode(me.tokens(tax)["id_token"])["sub"]
    other = Person(app)
    other.log_in(citizen("010101199003073016", "李例"))
    other.tokens(tax)
    for place in ("id_token", "userinfo"):
        wish = asked(**{place: {"sub": {"value": mine}}})
        assert "code" in query(me.authorize(tax, claims=wish, prompt="none").location)
        assert error(other, tax, claims=wish, prompt="none") == "login_required"
        assert "/login/" in other.authorize(tax, claims=wish).location
        wish = asked(**{place: {"sub": {"value": "nobody"}}})
        assert error(me, tax, claims=wish, prompt="none") == "login_required"


def test_section_5_5_1_hint_and_subject_may_not_speak_of_two_people(me: Person, tax: Portal) -> None:
    """OIDC Core §3.1.2.2: id_token_hint and a requested sub name one person or the request is refused."""
    made = me.tokens(tax)
    same = asked(id_token={"sub": {"value": decode(made["id_token"])["sub"]}})
    assert "code" in query(me.authorize(tax, id_token_hint=made["id_token"], claims=same).location)
    for wish in (
        asked(id_token={"sub": {"value": "other"}}),
        asked(id_token={"sub": {"value": "one"}}, userinfo={"sub": {"value": "other"}}),
    ):
        assert error(me, tax, id_token_hint=made["id_token"], claims=wish) == "invalid_request"


def test_section_5_5_1_1_an_essential_acr_is_told_or_nothing_is(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5.1.1: the acr returned matches one of the requested values, or the attempt has failed."""
    for values, level in ((["l1"], 1), (["l2"], 2), (["l1", "l2"], 2), (["gold", "l2", "l4"], 2)):
        wish = {"acr": {"essential": True, "values": values}}
        identity, _ = told(me, tax, id_token=wish)
        assert identity["acr"] == levels.acr(level)
    missing = asked(id_token={"acr": {"essential": True, "values": ["gold"]}})
    assert error(me, tax, claims=missing) == "unmet_authentication_requirements"
    higher = asked(id_token={"acr": {"essential": True, "value": "l3"}})
    assert error(me, tax, claims=higher, prompt="none") == "login_required"
    assert "/login/" in me.authorize(tax, claims=higher).location


def test_section_5_5_1_1_a_voluntary_acr_we_do_not_know_is_no_error(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5.1.1: not essential: the current acr is told."""
    identity, _ = told(me, tax, id_token={"acr": {"values": ["gold"]}})
    assert identity["acr"] == levels.acr(2)
    identity, _ = told(me, tax, id_token={"acr": None})
    assert identity["acr"] == levels.acr(2)


def test_section_5_5_what_is_not_understood_is_ignored(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5, §5.5.1: unknown members, claims and members of claims are ignored."""
    identity, info = told(
        me, tax,
        userinfo={"http://example.info/claims/groups": None, "name#zh": None, "name": {"colour": 1}},
        id_token={"random": {"essential": True, "value": {"a": [1]}}}, access_token={"x": None}, other=7,
    )  # fmt: skip
    assert info["name"] == "张示"
    assert not {"random", "other"} & {*info, *identity}


def test_section_5_5_null_and_empty_members_ask_for_nothing(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5: members are optional."""
    identity, info = told(me, tax, userinfo=None, id_token={})
    assert "name" not in info
    assert identity["sub"] == info["sub"]


@pytest.mark.parametrize(
    "text",
    [
        "no json", "[]", '"x"', "7", "null", "{", '{"userinfo":7}', '{"userinfo":[]}', '{"id_token":"x"}',
        '{"userinfo":{"name":true}}', '{"userinfo":{"name":"x"}}', '{"userinfo":{"name":[]}}',
        '{"userinfo":{"name":{"essential":1}}}', '{"userinfo":{"name":{"essential":"true"}}}',
        '{"userinfo":{"name":{"values":[]}}}', '{"userinfo":{"name":{"values":"x"}}}',
        '{"userinfo":{"name":null,"name":null}}', '{"userinfo":{},"userinfo":{}}', '{"userinfo":{"x":NaN}}',
        '{"id_token":{"sub":{"value":7}}}', '{"id_token":{"sub":{"value":""}}}',
        '{"id_token":{"sub":{"values":["a","b"]}}}', '{"id_token":{"sub":{"value":"' + "x" * 256 + '"}}}',
        '{"userinfo":{"x":' + "[" * 3000 + "]" * 3000 + "}}", '{"x":' * 50 + "1" + "}" * 50,
        json.dumps({"userinfo": {str(n): None for n in range(65)}}),
        json.dumps({"userinfo": {"name": {"values": list(range(11))}}}), '{"x":"' + "x" * 8200 + '"}',
        '{"x":' + "9" * 5000 + "}",
    ],
)  # fmt: skip
def test_section_5_5_what_is_malformed_is_refused(me: Person, tax: Portal, text: str) -> None:
    """OIDC Core §5.5: the value is a JSON object of the described form; anything else is invalid_request."""
    answer = query(me.authorize(tax, claims=text).location)
    assert (answer["error"], answer["state"]) == ("invalid_request", "st-1")
    assert answer["error_description"].isascii()


def test_only_what_the_client_may_have_can_be_asked_for(me: Person) -> None:
    """OIDC Core §5.5: other claims may be asked for; the server gives those the client may have."""
    small = portal("small", scopes=("openid", "profile"))
    identity, info = told(
        me, small, userinfo={"name": {"essential": True}, "id_number_masked": None},
        id_token={"birthdate": {"essential": True}},
    )  # fmt: skip
    assert not {"name", "id_number_masked", "birthdate"} & {*identity, *info}


def test_a_person_is_asked_before_a_single_claim_is_given(me: Person, tax: Portal) -> None:
    """OIDC Core §3.1.2.4: consent, for the scope a single claim belongs to, once."""
    me.tokens(tax, scope="openid")
    wish = asked(userinfo={"name": None})
    assert "真实姓名" in me.get(question(me, tax, scope="openid", claims=wish)).text
    me.tokens(tax, scope="openid", claims=wish)
    assert "code" in query(me.authorize(tax, scope="openid", claims=wish).location)


def test_where_nobody_can_be_asked_single_claims_stay_away(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5.1: prompt=none succeeds without what was never agreed to."""
    me.tokens(tax, scope="openid")
    wish = asked(userinfo={"name": {"essential": True}}, id_token={"age_over_18": None})
    answer = query(me.authorize(tax, scope="openid", prompt="none", claims=wish).location)
    made = me.token(tax, tax.token_form(answer["code"])).json or {}
    assert not {"name", "age_over_18"} & {*userinfo(me, made), *decode(made["id_token"])}
    me.tokens(tax, scope="openid realname")
    answer = query(me.authorize(tax, scope="openid", prompt="none", claims=wish).location)
    made = me.token(tax, tax.token_form(answer["code"])).json or {}
    assert userinfo(me, made)["name"] == "张示"
    assert "age_over_18" not in decode(made["id_token"])


def test_an_essential_claim_asks_for_its_level_and_a_voluntary_one_does_not(me: Person) -> None:
    """OIDC Core §5.5.1: voluntary is useful, not needed: nobody has to log in again for it."""
    registry = portal(
        "registry", scopes=("openid", "profile.full"), legal_basis={"profile.full": "statutory_duty"}
    )
    voluntary = asked(userinfo={"birthdate": None})
    made = me.tokens(registry, scope="openid", claims=voluntary)
    assert "birthdate" not in userinfo(me, made), "the login is not strong enough for it"
    essential = asked(userinfo={"birthdate": {"essential": True}})
    assert "/login/" in me.authorize(registry, scope="openid", claims=essential).location
    me.log_in(citizen("010101199003073016", "李例"), methods=("pwd", "otp"))
    made = me.tokens(registry, scope="openid", claims=voluntary)
    assert userinfo(me, made)["birthdate"] == "1990-03-07"


def test_a_refresh_keeps_what_was_asked(me: Person, tax: Portal) -> None:
    """OIDC Core §12.2: a refreshed ID token and UserInfo answer the same request."""
    first = me.tokens(
        tax, scope="openid", claims=asked(userinfo={"name": None}, id_token={"age_over_18": {"value": True}})
    )
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = me.token(tax, form).json or {}
    assert userinfo(me, second)["name"] == "张示"
    assert decode(second["id_token"])["age_over_18"] is True


def test_what_the_client_lost_since_is_not_given_any_more(me: Person, tax: Portal) -> None:
    """OIDC Core §5.5: the registration holds at the moment of each answer."""
    wish = asked(userinfo={"name": None}, id_token={"name": None})
    made = me.tokens(tax, scope="openid", claims=wish)
    portal("tax", scopes=("openid", "profile", "age"))
    assert "name" not in userinfo(me, made)
    form = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert "name" not in decode((me.token(tax, form).json or {})["id_token"])


def test_the_granted_scope_does_not_grow_by_it(me: Person, tax: Portal) -> None:
    """RFC 6749 §5.1: scope names what was granted of the scopes asked for."""
    made = me.tokens(tax, scope="openid", claims=asked(userinfo={"name": None}))
    assert made["scope"] == decode(made["access_token"])["scope"] == "openid"


def test_single_claims_stay_out_of_the_front_channel(me: Person) -> None:
    """OIDC Core §3.3.2.11: fewer claims may come through the browser than from the token endpoint."""
    at = portal(
        "hybrid", response_types=("code", "code id_token"), response_modes=("fragment",),
        scopes=("openid", "realname"),
    )  # fmt: skip
    wish = {"scope": "openid", "claims": asked(id_token={"name": None})}
    answer = me.authorize(at, response_type="code id_token", **wish)
    while answer.location.startswith("/"):
        answer = me.agree(answer.location) if "/consent/" in answer.location else me.get(answer.location)
    front = query("?" + answer.location.partition("#")[2])
    assert "name" not in decode(front["id_token"])
    made = me.token(at, at.token_form(front["code"])).json or {}
    assert decode(made["id_token"])["name"] == "张示"


def test_it_comes_in_a_request_object_as_an_object(me: Person) -> None:
    """OIDC Core §6.1: in a request object the value is the JSON object itself."""
    bank = signing_portal("bank", scopes=("openid", "realname"))
    text = bank.object(scope="openid", claims={"userinfo": {"name": None}})
    answer = me.get(f"/authorize?client_id=bank&request={text}")
    while answer.location.startswith("/"):
        answer = me.agree(answer.location) if "/consent/" in answer.location else me.get(answer.location)
    form = bank.token_form(query(answer.location)["code"]) | bank.credentials()
    assert userinfo(me, me.post("/token", form).json or {})["name"] == "张示"


def test_no_value_that_was_asked_for_is_kept_readable(me: Person, tax: Portal) -> None:
    """What a portal asks about a person is nobody's business: neither store nor record shows the value."""
    from idp.store import redis

    wish = asked(userinfo={"name": {"value": "张示"}, "nonsense": {"value": "010101198504123013"}})
    me.authorize(tax, scope="openid", claims=wish)
    code = me.code_for(tax, scope="openid", claims=wish)
    kept = b"".join(redis.call("GET", key) or b"" for key in redis.call("KEYS", "*") if b"code:" in key)
    everything = repr([redis.call("DUMP", key) for key in redis.call("KEYS", "*")])
    assert b'"name"' in kept, "the claim's name is kept"
    for value in ("张示", "u5f20", "010101198504123013"):
        assert value not in everything
        assert value.encode() not in kept
    assert tokens.take_code(code).claims["userinfo"]["name"] != ["张示"]


def test_single_claims_are_on_record_by_name(me: Person, tax: Portal) -> None:
    """GB/T 22239-2019 §8.1.4.3: who got which claims."""
    told(me, tax, userinfo={"name": None}, id_token={"age_over_18": None})
    assert json.loads(events("authz.grant")[-1].detail)["claims"] == "age_over_18 name"
    assert json.loads(events("userinfo.read")[-1].detail)["claims"] == "name"


def test_the_metadata_announce_it(me: Person) -> None:
    """OIDC Discovery §3: claims_parameter_supported."""
    metadata = me.get("/.well-known/openid-configuration").json or {}
    assert metadata["claims_parameter_supported"] is True
    assert {"name", "age_over_18", "birthdate"} <= set(metadata["claims_supported"])
