"""What a registration holds, in words: beside them always how it is registered."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp.pages.members import label
from idp.pages.values import Line, lines
from tests.officers import CITY, department, grow_tree

pytestmark = pytest.mark.usefixtures("stores")

#: 23:59:59 of 2026-11-22 in Asia/Shanghai, and a second.
END = 1795363200


@pytest.fixture(params=["zh", "en"])
def language(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """A page in each language."""
    with app.test_request_context(f"/?lang={request.param}"):
        yield request.param


@pytest.mark.parametrize(
    ("member", "value", "chinese", "english"),
    [
        ("environment", "sandbox", "沙箱", "Sandbox"),
        ("application_type", "native", "移动或桌面应用", "App on phone or desktop"),
        ("token_endpoint_auth_method", "private_key_jwt", "私钥签名", "Signature by a private key"),
        ("division", CITY, "示范市", "Demo City"),
        ("division", "000000", "全国", "The nation"),
        ("default_acr_values", "urn:gov-sso:acr:l1", "一级：密码", "Level 1: password"),
        ("scopes", "idcard", "完整证件号码", "Full ID number"),
        ("grant_types", "urn:openid:params:grant-type:ciba", "后台认证", "Back-channel authentication"),
        ("response_types", "code id_token", "授权码和身份令牌", "Authorization code and ID token"),
        ("subject_types_allowed", "legal", "法人", "Legal persons"),
        ("authorization_details_types", "esign", "电子签名", "Sign a document"),
    ],
)
def test_a_value_has_its_word_and_itself(
    member: str, value: str, chinese: str, english: str, language: str
) -> None:
    grow_tree()
    assert lines(value, member) == [Line(chinese if language == "zh" else english, value)]


@pytest.mark.parametrize(
    ("member", "value", "chinese", "english"),
    [
        ("listed", True, "是", "Yes"),
        ("listed", False, "否", "No"),
        ("id_token_lifetime", 300, "300秒", "300 seconds"),
        ("default_max_age", 0, "0秒", "0 seconds"),
        ("restricted_until", END, "2026年11月22日", "November 22, 2026"),
        ("restricted_until", 10**40, str(10**40), str(10**40)),
        ("purpose", "<b>", "<b>", "<b>"),
        ("division", "999999", "999999", "999999"),
        ("environment", "moon", "moon", "moon"),
        ("min_level", 9, "l9", "l9"),
    ],
)
def test_a_value_without_a_word_stands_alone(
    member: str, value: object, chinese: str, english: str, language: str
) -> None:
    assert lines(value, member) == [Line(chinese if language == "zh" else english)]


def test_each_of_several_values_has_its_line(language: str) -> None:
    assert [line.raw for line in lines(["openid", "profile"], "scopes")] == ["openid", "profile"]
    assert lines(["https://a.example/", "https://b.example/"], "redirect_uris")[1] == Line(
        "https://b.example/"
    )
    told = lines({"openid": "consent", "idcard": "separate_consent"}, "legal_basis")
    assert [line.raw for line in told] == ["idcard", "openid"]
    assert told[1].text == (
        "登录标识：个人同意" if language == "zh" else "Sign-in identifier: The person's consent"
    )
    law = lines({"idcard": "示范法第三条"}, "legal_reference")
    assert law == [
        Line("完整证件号码：示范法第三条" if language == "zh" else "Full ID number: 示范法第三条", "idcard")
    ]
    assert lines({"keys": [{"kid": "a"}, {"kid": "b"}]}, "jwks")[1] == Line("", '{"kid": "b"}')


def test_a_department_is_named(language: str) -> None:
    grow_tree()
    made = department()
    assert lines(made, "department") == [Line("示范局" if language == "zh" else "Demo Bureau", made)]


@pytest.mark.parametrize("value", [None, "", [], {}, 0])
def test_what_is_not_set_has_no_line(value: object, language: str) -> None:
    assert lines(value, "restricted_until") == []


@pytest.mark.parametrize("value", [1.5, [[]], [{"a": [1]}], {"a": 1}, {"keys": 1}, [None], {"openid": ["x"]}])
@pytest.mark.parametrize("member", ["division", "scopes", "legal_basis", "jwks", "restricted_until", "odd"])
def test_a_draft_may_hold_anything(member: str, value: object, language: str) -> None:
    assert lines(value, member)


def test_a_member_is_named_by_any_place_in_it(language: str) -> None:
    named = {label(key) for key in ("jwks", "jwks.keys[0]", "jwks[0]")}
    assert named == {"公钥集" if language == "zh" else "Key set"}
    assert (label("odd"), label(""), label("(entry)")) == ("", "", "")
