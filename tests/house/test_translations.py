"""Every text that people read has an English version, and no English version is left over."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2] / "idp"
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = {"_": None, "mark": None}

PLACE = re.compile(r"%\((\w+)\)s|%%|%")


def texts() -> Iterator[str]:
    """Every text that a template or a module marks for translation."""
    found = extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=False)
    for _, _, message, _, _ in found:
        assert isinstance(message, str), f"{message!r} has a plural form; write it without one"
        yield message


def english() -> dict[str, str]:
    with (ROOT / "translations" / "en.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale="en") if entry.id}


def test_every_text_has_an_english_version() -> None:
    written = set(texts())
    translated = {text for text, meaning in english().items() if meaning}
    assert len(written) > 50
    assert not sorted(written - translated)


def test_no_english_version_is_left_over() -> None:
    assert not sorted(set(english()) - set(texts()))


def test_both_versions_fill_in_the_same_values() -> None:
    differing = {text for text, meaning in english().items() if places(text) != places(meaning)}
    assert not differing


def test_every_percent_sign_is_a_value_or_doubled() -> None:
    assert not [text for text in texts() if "%" in PLACE.findall(PLACE.sub(loose, text))]


def test_texts_say_it_as_the_glossary_does() -> None:
    """登录 and never 登陆, 账号 and never 帐号, 您 and never 你 (domain 10)."""
    assert not [text for text in texts() if re.search("登陆|帐号|你|口令牌", text)]


def places(text: str) -> set[str]:
    return {name for name in PLACE.findall(text) if name}


def loose(match: re.Match[str]) -> str:
    return "%" if match[0] == "%" else ""
