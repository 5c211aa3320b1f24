"""The closed list of events."""

import json
import logging

import pytest

from idp import audit, metrics, settings
from idp.audit import details, event, events, jobs, queries
from idp.audit.event import WIDTHS

pytestmark = pytest.mark.usefixtures("var_dir")


def test_an_unlisted_kind_is_a_defect() -> None:
    with pytest.raises(ValueError, match=r"login\.nonsense"):
        audit.record("login.nonsense")


def test_an_unlisted_detail_is_a_defect() -> None:
    with pytest.raises(ValueError, match="colour"):
        audit.record("login.success", colour="red")


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("login.success", {"level": "2"}), ("login.success", {"level": True}),
        ("login.success", {"method": 1}),
        ("login.success", {"amr": ["pwd", 1]}), ("login.success", {"amr": {"pwd": 1}}),
        ("person.rename", {"version": 1.5}), ("login.failure", {"cause": ["a"]}),
    ],
)  # fmt: skip
def test_a_detail_of_another_type_is_a_defect(kind: str, detail: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(detail))):
        audit.record(kind, **detail)  # type: ignore[arg-type]
    assert jobs.backlog() == 0


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("login.success", {"level": 2, "amr": ("pwd", "otp"), "acr": None}),
        ("login.success", {"amr": "pwd otp"}),
        ("person.rename", {"version": 3}), ("consent.grant", {"version": "2026-11"}),
    ],
)  # fmt: skip
def test_a_detail_of_its_type_is_taken(kind: str, detail: dict[str, object]) -> None:
    audit.record(kind, **detail)  # type: ignore[arg-type]
    assert jobs.ship() == 1


def test_in_production_a_wrong_detail_is_left_out_counted_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = _dropped()
    here = settings.current()
    monkeypatch.setattr(settings, "current", lambda: here.model_copy(update={"environment": "production"}))
    with caplog.at_level(logging.ERROR):
        audit.record("login.success", person="p1", method="pwd", colour="red", level="two")
    with pytest.raises(ValueError, match="not in idp"):
        audit.record("login.nonsense")
    jobs.ship()
    (kept,) = queries.events()
    assert (kept.person, json.loads(kept.detail)) == ("p1", {"method": "pwd"})
    assert _dropped() == before + 2
    assert "['colour', 'level']" in caplog.text


def _dropped() -> float:
    lines = metrics.render().decode().splitlines()
    (line,) = (one for one in lines if one.startswith("idp_audit_details_dropped_total"))
    return float(line.split()[1])


def test_every_typed_detail_is_listed() -> None:
    assert set(events.FIELDS) >= details.NUMBERS | details.NAMES | details.EITHER
    assert tuple(sorted(set(event.MEMBERS) - set(event._REQUIRED))) == event.OPTIONAL


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
