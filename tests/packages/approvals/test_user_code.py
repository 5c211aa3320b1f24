"""Codes that people read on one screen and type on another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.approvals import user_code


@given(st.text(alphabet=user_code.ALPHABET, min_size=8, max_size=8))
def test_every_code_is_read_back_as_it_is_shown(plain: str) -> None:
    shown = user_code.shown(plain)
    assert user_code.read(shown) == user_code.read(plain.lower()) == shown


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    found = user_code.read(typed)
    assert found is None or user_code.read(found) == found


@pytest.mark.parametrize(
    "typed", ["", "BBBB", "BBBB-BBB", "BBBB-BBBBB", "AAAA-BBBB", "B8BB-BBBB", "B" * 1000]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert user_code.read(typed) is None


def test_what_redis_holds_of_a_code_needs_our_key_to_be_searched(stores: None) -> None:
    code = user_code.new()
    tag = user_code.tag(code)
    assert len(tag) == 43
    assert user_code.tag(code) == tag
    assert user_code.tag(user_code.new()) != tag
