"""What may be a password."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from idp import persons, settings
from idp.authenticators import queries
from idp.authenticators.password import form, pinyin, policy, weak
from idp.base.errors import Rejected
from idp.persons import Person

NUMBER = "010101198504123013"
PERSON = Person(
    id="p", status="active", name="张示", ial=2, id_type="111", id_number_masked="0****************3",
    birthdate=date(1985, 4, 12), gender="male", nationality="CHN", hmt="", phone="+8613800001234",
    service_region="010101", profile_version=1, created_at=0,
)  # fmt: skip


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """张示, who has a second factor."""
    before = settings.settings._current
    settings.use(settings.Settings(environment="test", issuer="http://login.shifan.example:8080"))
    monkeypatch.setattr(persons, "find", lambda person_id: PERSON)
    monkeypatch.setattr(queries, "generator", lambda person_id: object())
    yield
    settings.settings._current = before


def verdict(password: str) -> str:
    try:
        policy.check("p", form.normal(password), (NUMBER,))
    except Rejected as refused:
        return refused.code
    return "accepted"


@pytest.mark.parametrize(
    ("password", "factor", "expected"),
    [
        ("rvmtspq", True, "password.short"),
        ("rvmtspqx", True, "accepted"),
        ("rvmtspqxrvmtsp", False, "password.short"),
        ("rvmtspqxbngklz7", False, "accepted"),
        ("河边第三棵树上", True, "password.short"),
        ("河边第三棵树上鸟", True, "accepted"),
    ],
)
def test_length_counts_characters_and_a_second_factor_shortens_it(
    monkeypatch: pytest.MonkeyPatch, password: str, factor: bool, expected: str
) -> None:
    monkeypatch.setattr(queries, "generator", lambda person_id: object() if factor else None)
    assert verdict(password) == expected


@pytest.mark.parametrize(
    "password",
    [
        "12345678", "87654321", "88888888", "11223344", "123456789a", "a123456789", "qwertyuiop",
        "1qaz2wsx", "1q2w3e4r5t", "zxcvbnm123", "password", "Password1", "P@ssw0rd", "P@ssw0rd123!",
        "Admin@123", "admin888", "iloveyou", "woaini1314", "woaini5201314", "5201314520", "qq123456",
        "abc12345", "abcdefgh", "aaaaaaaa", "abababab", "abcabcabcabcabc", "1qaz2wsx3edc4rfv", "qwer1234!",
        "password!2024", "welcome2026", "147258369", "ａｄｍｉｎ８８８", "football", "superman1",
        "1234567890123456", "wodemima123", "19850412", "统一认证统一认证!", "示范省示范省示范",
    ],
)  # fmt: skip
def test_the_first_guesses_are_refused(password: str) -> None:
    assert verdict(password) == "password.common"


@pytest.mark.parametrize(
    "password",
    [
        NUMBER, "19850412ab", "04121985zs", "zhangshi1985", "ZhangShi@0412", "zs19850412", "张示19850412",
        "13800001234", "138-0000-1234", "zs123013", "123013abc", "19850412 0412", "统一身份认证2026",
        "zhengwufuwu1", "tongyirenzheng", "shifan.example", "login.shifan", "示范省统一认证平台",
        "ｚｈａｎｇｓｈｉ85",
    ],
)  # fmt: skip
def test_what_others_know_of_the_person_or_us_is_refused(password: str) -> None:
    assert verdict(password) == "password.context"


@pytest.mark.parametrize(
    "password",
    [
        "three rivers meet in spring", "蓝色自行车停在河边", "kf7-Qm2z", "zhang and six friends dance",
        "my birthday was 0412 cold", "唐诗三百首我都喜欢", "gov needs better tea", "X9!pLw3#vB",
    ],
)  # fmt: skip
def test_a_password_of_ones_own_is_accepted_without_rules_of_composition(password: str) -> None:
    assert verdict(password) == "accepted"


def test_without_a_birth_date_or_phone_the_rest_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = replace(PERSON, birthdate=None, phone=None)
    monkeypatch.setattr(persons, "find", lambda person_id: stranger)
    assert verdict("zhangshi12") == "password.context"


def test_who_is_not_registered_yet_is_judged_by_the_words_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "find", lambda person_id: None)
    assert verdict(NUMBER) == "password.context"
    assert verdict("kf7-Qm2z") == "accepted"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("张示", "zhangshi"),
        ("欧阳示兰", "ouyangshilan"),
        ("吕示", "lvshi"),
        ("司马相如", "simaxiangru"),
        ("陆小凤", "luxiaofeng"),
    ],
)
def test_names_are_found_in_pinyin(name: str, found: str) -> None:
    pattern = pinyin.pattern(name)
    assert pattern
    assert pattern.fullmatch(found)


@pytest.mark.parametrize("name", ["", "张", "John Smith", "爨示"])
def test_a_name_we_cannot_spell_is_no_pattern(name: str) -> None:
    assert pinyin.pattern(name) is None


@pytest.mark.parametrize(
    "text", ["a1" * 128, "qwertyasdf" * 25, "zhang" * 51, "1985" * 64, "é" * 256, "q1w" * 85]
)
def test_no_text_takes_long_to_judge(text: str) -> None:
    started = time.thread_time()
    weak.common(text)
    verdict(text)
    assert time.thread_time() - started < 0.2


@pytest.mark.parametrize(
    ("text", "long"), [("x" * 256, False), ("x" * 257, True), ("河" * 256, False), ("𠮷" * 257, True)]
)
def test_a_password_has_at_most_256_characters(text: str, long: bool) -> None:
    assert form.too_long(text) is long
