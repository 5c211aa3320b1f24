"""The closed list of events."""

import pytest

from idp import audit
from idp.audit import events
from idp.audit.event import WIDTHS

pytestmark = pytest.mark.usefixtures("var_dir")


def test_an_unlisted_kind_is_a_defect() -> None:
    with pytest.raises(ValueError, match=r"login\.nonsense"):
        audit.record("login.nonsense")


def test_an_unlisted_detail_is_a_defect() -> None:
    with pytest.raises(ValueError, match="colour"):
        audit.record("login.success", colour="red")


def test_an_unknown_outcome_is_a_defect() -> None:
    with pytest.raises(ValueError, match="outcome"):
        audit.record("login.success", outcome="maybe")  # type: ignore[arg-type]


def test_the_lists_are_alphabetical() -> None:
    assert list(events.KINDS) == sorted(events.KINDS)
    assert list(events.FIELDS) == sorted(events.FIELDS)


def test_every_detail_of_a_kind_is_described_and_every_described_detail_is_used() -> None:
    used = set().union(*(kind.fields for kind in events.KINDS.values()))
    assert used == set(events.FIELDS)


@pytest.mark.parametrize("name", events.KINDS)
def test_every_kind_speaks_both_languages_and_fits_its_column(name: str) -> None:
    kind = events.KINDS[name]
    assert kind.english.isascii()
    assert kind.english
    assert any("\u4e00" <= char <= "\u9fff" for char in kind.chinese)
    assert len(name) <= WIDTHS["kind"]


def test_no_kind_lists_a_detail_that_names_a_secret() -> None:
    assert not set(events.FIELDS) & {"password", "token", "code", "secret", "code_verifier", "id_number"}
