"""Words of a portal on a page of ours."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.approvals import binding_message
from idp.base.errors import Rejected


@pytest.mark.parametrize(
    "text", ["58", "核验码 58", "3号窗口。办件号 2026-0031", "W4SCT", "1.5 kg", "a.b", "买买提·艾力", "👍"]
)
def test_words_people_compare_pass(text: str) -> None:
    assert binding_message.check(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "good.example",
        "HTTP://X",
        "ftp://x",
        "a.cn/1",
        "xn--fiq228c",
        "www.x",
        "ｇｏｏｄ．ｃｎ",
        "good。cn",
        "x" * 101,
        "",
    ],
)
def test_addresses_and_long_texts_do_not(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        binding_message.check(text)
    assert refused.value.code == "invalid_binding_message"


@given(st.text(max_size=120))
def test_what_passes_hides_nothing(text: str) -> None:
    try:
        passed = binding_message.check(text)
    except Rejected:
        return
    assert passed == text
    assert not {unicodedata.category(one) for one in text} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert not {"<", ">", "\u202e"} & set(text)
