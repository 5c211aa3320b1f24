"""``idp policies``: from the command line, by the same verbs."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp import policies
from idp.policies import commands, queries
from tests.officers import CITY, PROVINCE, grow_tree
from tests.policies import EVERYWHERE, catalogue, item, publish
from tests.records import nothing_changed

pytestmark = pytest.mark.usefixtures("stores")

HEADER = "item_code,name,name_en,user_types,level,scopes,mandate_kinds\n"
GOOD = HEADER + "A-1,食品经营许可,Food licence,natural legal,2,*,legal_representative\n"
RULES = '{"min_level": 2, "max_age": null, "legal_level": 1, "offline_access": true}'


@pytest.fixture(autouse=True)
def tree(stores: None) -> None:
    grow_tree()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.policies, arguments)


def taken(folder: Path, kind: str, division: str, text: str, *more: str) -> Result:
    (folder / "file").write_text(text, encoding="utf-8")
    return run("import", kind, division, str(folder / "file"), "--why", "试验", *more)


def test_a_catalogue_comes_from_a_sheet_and_goes_back_into_one(tmp_path: Path) -> None:
    result = taken(tmp_path, "items", PROVINCE, GOOD)
    assert result.exit_code == 0, result.output
    assert "第1版" in result.output
    assert "A-1" in result.output
    found = policies.current().at(CITY).item("A-1")
    assert found is not None
    assert found.name == "食品经营许可"
    shown = run("show", "items", PROVINCE).output
    assert shown.lstrip("\ufeff").replace("\r\n", "\n") == GOOD
    assert run("list").output.startswith(f"{PROVINCE}  items     v1")
    assert "command line  试验" in run("history", "items", PROVINCE).output


def test_a_half_wrong_sheet_changes_nothing_and_says_where(tmp_path: Path) -> None:
    wrong = GOOD + "A-2,名称,Name,natural,9,*,\nA-3,名称,Name,robot,1,*,\n"
    with nothing_changed():
        result = taken(tmp_path, "items", PROVINCE, wrong)
    assert result.exit_code == 1
    assert "第3行：A-2：level：最低等级须为1至4 / line 3: A-2: level: a level is 1 to 4" in result.output
    assert "line 4: A-3: user_types" in result.output


def test_a_line_that_loosens_is_named_with_its_line(tmp_path: Path) -> None:
    publish("items", catalogue(A_1=item(level=3)), PROVINCE)
    with nothing_changed():
        result = taken(tmp_path, "items", CITY, HEADER + "B-1,乙,B,natural,1,*,\n" + GOOD[len(HEADER) :])
    assert result.exit_code == 1
    assert "line 3: A-1: level: looser than what the division above says (level 3)" in result.output


def test_rules_come_from_json_and_are_undone(tmp_path: Path) -> None:
    assert taken(tmp_path, "rules", PROVINCE, RULES).exit_code == 0
    assert policies.current().at(PROVINCE).rules.min_level == 2
    assert '"min_level": 2' in run("show", "rules", PROVINCE).output
    result = run("undo", "rules", PROVINCE, "1", "--why", "收回")
    assert result.exit_code == 0, result.output
    assert policies.current().at(PROVINCE).rules.min_level == 1
    assert "(undoes 1)" in run("history", "rules", PROVINCE).output
    assert run("undo", "rules", PROVINCE, "9", "--why", "收回").exit_code == 1


def test_a_dry_run_and_a_what_if_change_nothing(tmp_path: Path) -> None:
    shown = taken(tmp_path, "rules", PROVINCE, RULES, "--dry-run")
    assert "最低等级: 一级 → 二级" in shown.output
    tried = run("what-if", "rules", PROVINCE, str(tmp_path / "file"))
    assert tried.exit_code == 0, tried.output
    assert "unchanged" in tried.output
    assert queries.drafts(EVERYWHERE) == ()
    assert queries.current("rules", PROVINCE) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"min_level": 9}'])
def test_what_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    with nothing_changed():
        assert taken(tmp_path, "rules", PROVINCE, text).exit_code == 1
    assert run("show", "rules", PROVINCE).exit_code == 1
