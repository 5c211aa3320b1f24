"""What the documents say is there is there: links, files, functions, decisions, commands, dependencies."""

import re
from configparser import ConfigParser
from pathlib import Path

from tests.house.checkout import ROOT, texts

DECISIONS = ROOT / "docs" / "decisions"

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
_PATH = re.compile(
    r"`((?:idp|clients|tests|docs|migrations|keys|deploy)/[\w./-]*\w\.\w+|(?:idp|clients)/[\w/-]+)`"
)
_PLACED = re.compile(r"`([\w.]+)`(?: in|（| 在) ?`((?:idp|clients|tests)/[\w./-]+\.py)`")
_DECISION = re.compile(r"[Dd]ecision (\d{4})")
#: Folders of one machine; written apart, so that this file does not find itself.
_MACHINE = re.compile("(?<![\\w.])/(?:root|home|work|Users)" + r"/\w|\b[A-Z]:\\\\?Users")


def pages() -> dict[Path, str]:
    return texts(".md")


def test_links_lead_to_files() -> None:
    broken = [
        f"{page}: {target}"
        for page, text in pages().items()
        for target in _LINK.findall(text)
        if not (ROOT / page.parent / target).exists()
    ]
    assert broken == []


def test_files_that_are_named_exist() -> None:
    gone = [
        f"{page}: {named}"
        for page, text in pages().items()
        for named in _PATH.findall(text)
        if not (ROOT / named).exists()
    ]
    assert gone == []


def test_functions_that_are_named_stand_in_their_files() -> None:
    placed = [(page, *found) for page, text in pages().items() for found in _PLACED.findall(text)]
    gone = [
        f"{page}: {name} in {file}"
        for page, name, file in placed
        if not re.search(rf"\b{re.escape(name.split('.')[-1])}\b", (ROOT / file).read_text("utf-8"))
    ]
    assert len(placed) > 10
    assert gone == []


def test_every_decision_that_is_named_is_written_down() -> None:
    named = {number for text in texts(".py", ".toml", ".cfg").values() for number in _DECISION.findall(text)}
    written = [path.name[:4] for path in DECISIONS.glob("*.md")]
    assert sorted(named - set(written)) == []
    assert len(written) == len(set(written))


def test_every_decision_is_in_the_list() -> None:
    listed = (DECISIONS / "README.md").read_text("utf-8")
    assert [path.name for path in DECISIONS.glob("0*.md") if path.name not in listed] == []


def test_every_dependency_has_its_reason() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    wanted = {re.split(r"[\s\[<>=]", line)[0] for text in lines for line in text.splitlines() if line}
    reasons = set(
        re.findall(r"^\| `([\w-]+)` \| \S", (DECISIONS / "0014-dependencies.md").read_text("utf-8"), re.M)
    )
    assert sorted(wanted - reasons) == []


def test_the_readmes_name_both_commands_and_are_the_same_in_both_languages() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    for text in (english, chinese):
        assert "`make demo`" in text
        assert "`make test`" in text
    assert _shape(english) == _shape(chinese)


def test_howtos_that_are_there_in_both_languages_say_the_same() -> None:
    howtos = ROOT / "docs" / "howto"
    chinese = sorted((howtos / "zh").glob("*.md"))
    assert len(chinese) > 5
    for page in chinese:
        english = (howtos / page.name).read_text("utf-8")
        assert f"(zh/{page.name})" in english
        assert _shape(english) == _shape(page.read_text("utf-8")), page.name


def test_ci_calls_the_one_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith(("#!", "set ", "cd "))] == ["make test"]


def test_every_command_of_the_makefile_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for text in pages().values() for name in re.findall(r"`make ([a-z-]+)", text)}
    assert {"demo", "test"} <= named
    assert named - targets == set()


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    found = [f"{path}: {match[0]}" for path, text in _readable().items() if (match := _MACHINE.search(text))]
    assert found == []


def _readable() -> dict[Path, str]:
    return texts(
        ".py", ".md", ".cfg", ".toml", ".yaml", ".json", ".html", ".css", ".js", ".po", "Makefile", "run"
    )


def _shape(text: str) -> list[str]:
    """Headings by their depth, rows of tables, and every block of commands word for word."""
    shape, fence = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            fence = not fence
        if fence and not re.search("[\u4e00-\u9fff#]", line):
            shape.append(line)
        elif line.startswith("#"):
            shape.append(line.split(" ")[0])
        elif line.startswith("|"):
            shape.append(f"row of {line.count('|')}")
    return shape
