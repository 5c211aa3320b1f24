"""Names of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.base.errors import Rejected
from idp.persons import name


@pytest.mark.parametrize(
    "text",
    [
        "张示",
        "欧阳示娜",
        "买买提·艾力",
        "阿卜杜热合曼·阿卜杜拉·买买提明·托合提",
        "A",
        "赵C",
        "O'Brien",
        "Jean-Pierre Demo",
        "José Ñandú",
        "\U00020164示",
        "张\U0002ebf0",  # extension I, newer than Python's own tables
        "\u3007示",
        "张" * 50,
    ],
)
def test_names_that_registers_hold_are_kept_as_written(text: str) -> None:
    assert name.parse(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "张" * 51,
        "张1",
        "张\u200b示",
        "张\u202e示",
        "·张",
        "张·",
        "买买提··艾力",
        "张<b>",
        "张\n示",
        "Жанна",
        "\ud800示",
        "\ue000示",
        "张😀",
    ],
)
def test_what_no_name_holds_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match=r"name\.format"):
        name.parse(text)


@pytest.mark.parametrize("dot", "•・．‧･·")
def test_every_dot_is_the_middle_dot_when_compared(dot: str) -> None:
    assert name.same(f"买买提{dot}艾力", "买买提·艾力")
    assert name.parse(f"买买提{dot}艾力") == f"买买提{dot}艾力"


def test_composed_and_decomposed_letters_and_letter_case_are_equal() -> None:
    assert name.same("José  DEMO", "Jose\u0301 Demo")
    assert not name.same("张示", "张示兰")


@given(st.text(max_size=60))
def test_whatever_passes_can_be_written_in_gb_18030(text: str) -> None:
    try:
        written = name.parse(text)
    except Rejected:
        return
    assert written.encode("gb18030").decode("gb18030") == written
    assert name.same(written, written)
