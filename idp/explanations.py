"""Every error code that a portal can meet: what it means, and what its developers do about it.

Codes of the protocols are those of the standards named; ``APP-`` codes stand on pages that people read, and
are explained here for the portal behind them. The words stand in ``explanations.yaml``.
"""

from importlib.resources import files
from typing import NamedTuple

import yaml


class Explanation(NamedTuple):
    """One code: where it is met, its meaning and the way out of it, in both languages."""

    code: str
    where: str
    meaning: str
    meaning_zh: str
    fix: str
    fix_zh: str
    source: str


def _read() -> tuple[Explanation, ...]:
    text = files("idp").joinpath("explanations.yaml").read_text(encoding="utf-8")
    return tuple(Explanation(**entry) for entry in yaml.safe_load(text))


EXPLANATIONS = _read()
BY_CODE = {one.code: one for one in EXPLANATIONS}


def text(one: Explanation) -> str:
    """One explanation as the command line shows it."""
    return (
        f"{one.code}  ({one.where}; {one.source})\n"
        f"  {one.meaning_zh}\n  {one.meaning}\n  → {one.fix_zh}\n  → {one.fix}"
    )


def page() -> str:
    """``docs/errors.md``."""
    lines = [
        "# Error codes · 错误代码",
        "",
        "Made by `idp explain --markdown`. The same on the command line: `idp explain CODE`.",
        "",
        "| code | met at | meaning · 含义 | what to do · 处理 | source |",
        "|---|---|---|---|---|",
    ]
    for one in EXPLANATIONS:
        meaning, fix = f"{one.meaning}<br>{one.meaning_zh}", f"{one.fix}<br>{one.fix_zh}"
        lines.append(f"| `{one.code}` | {one.where} | {meaning} | {fix} | {one.source} |")
    return "\n".join(lines) + "\n"
