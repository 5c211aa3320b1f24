"""The catalogue as a sheet: all of it or nothing, each fault with its line."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.policies import Faulty, Item, sheet
from idp.policies.kinds.items import COLUMNS, MOST_ITEMS

HEADER = "item_code,name,name_en,user_types,level,scopes,mandate_kinds\r\n"
LINE = "DEMO-1,食品经营许可,Food licence,natural legal,2,profile realname,legal_representative\r\n"
SWAPPED = HEADER.replace("item_code,name,", "name,item_code,")
ITEM = Item(
    code="DEMO-1", name="食品经营许可", name_en="Food licence", user_types=("natural", "legal"), level=2,
    scopes=("profile", "realname"), mandate_kinds=("legal_representative",),
)  # fmt: skip


def faults(text: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(Faulty) as refused:
        sheet.read(text.encode() if isinstance(text, str) else text)
    assert all(one.chinese and one.english.isascii() for one in refused.value.faults)
    return [(one.line, one.at, one.column) for one in refused.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + LINE,
        "\ufeff" + HEADER + LINE,
        (HEADER + LINE).replace("\r\n", "\n"),
        HEADER + "\r\n,,,,,,\r\n" + LINE,
        HEADER + LINE.replace(",2,", ",L2,").replace("natural legal", " legal  natural "),
        SWAPPED + LINE.replace("DEMO-1,食品经营许可", '"食品经营许可",DEMO-1'),
    ],
)
def test_a_sheet_is_read_however_it_was_saved(text: str) -> None:
    assert sheet.read(text.encode()) == {"DEMO-1": ITEM}


def test_what_is_written_is_read_again() -> None:
    free = Item(
        code="a.b_c-9",
        name="甲（乙）",
        name_en="A, B",
        user_types=("legal",),
        level=4,
        scopes=("*",),
        mandate_kinds=(),
    )
    catalogue = {"DEMO-1": ITEM, free.code: free}
    text = sheet.write(catalogue)
    assert text.startswith("\ufeffitem_code,")
    assert sheet.read(text.encode()) == catalogue
    assert sheet.read(sheet.write({}).encode()) == {}


def test_every_fault_of_a_line_names_line_code_and_column() -> None:
    text = (
        HEADER
        + LINE
        + "DEMO-2,<b>,Bad,nobody,9,profile everything,clerk\r\n"
        + "坏 码,名,N,natural,1,,\r\n"
        + LINE
    )
    assert faults(text) == [
        (3, "DEMO-2", "name"),
        (3, "DEMO-2", "level"),
        (3, "DEMO-2", "user_types"),
        (3, "DEMO-2", "scopes"),
        (3, "DEMO-2", "mandate_kinds"),
        (4, "", "item_code"),
        (5, "DEMO-1", "item_code"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("item_code,name\r\n", 1),
        (HEADER.replace("level", "name"), 1),
        (HEADER + "DEMO-1,名\r\n", 2),
        (HEADER + 'DEMO-1,"名,N,natural,1,,\r\n', 2),
        (HEADER.encode() + LINE.encode("gb18030"), 0),
        (HEADER + LINE.replace("Food", "Fo\0d"), 0),
    ],
)
def test_a_sheet_of_another_form_is_refused_as_a_whole(text: str | bytes, line: int) -> None:
    assert [found[0] for found in faults(text)] == [line]


def test_formulas_and_hidden_characters_are_no_names() -> None:
    for name in ("=1+1", "@SUM", "一\u202e二", "а"):
        assert faults(HEADER + LINE.replace("食品经营许可", f'"{name}"'))[0] == (2, "DEMO-1", "name")


def test_no_more_than_fifty_faults_are_told_and_twenty_thousand_items_taken() -> None:
    assert len(faults(HEADER + "x y,名,N,natural,1,,\r\n" * 80)) == 50
    lines = "".join(LINE.replace("DEMO-1", f"DEMO-{n}") for n in range(MOST_ITEMS))
    began = time.process_time()
    assert len(sheet.read((HEADER + lines).encode())) == MOST_ITEMS
    assert time.process_time() - began < 20
    assert faults(HEADER + lines + LINE.replace("DEMO-1", "one-more")) == [(MOST_ITEMS + 2, "", "")]


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:
    for sent in (data, (",".join(COLUMNS) + "\n").encode() + data):
        with suppress(Faulty):
            assert isinstance(sheet.read(sent), dict)
