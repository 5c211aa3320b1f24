"""The plans of the certification suite: which test holds which module, or why none does.

    python -m tests.plans > docs/conformance.md

``tests/spec/conformance/modules.yaml`` is the list; a house test fails when a module has neither, when a test
it names is gone, and when a test of the folder stands under no module.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.specmap import SPEC

FOLDER = "spec/conformance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module of a plan."""

    name: str
    tests: tuple[str, ...] = ()
    """By their path below ``tests/``."""
    reason: str = ""
    """Why there is nothing to test here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan, as it can be started in the suite."""

    name: str
    title: str
    modules: tuple[Module, ...]


def plans() -> tuple[Plan, ...]:
    """Every plan of the list."""
    content: dict[str, Any] = yaml.safe_load((SPEC / "conformance" / "modules.yaml").read_text("utf-8"))
    return tuple(
        Plan(
            name=name,
            title=plan["title"],
            modules=tuple(_module(module, held) for module, held in plan["modules"].items()),
        )
        for name, plan in content.items()
    )


def _module(name: str, held: str | list[str]) -> Module:
    if isinstance(held, str):
        return Module(name=name, reason=held)
    return Module(name=name, tests=tuple(test if "/" in test else f"{FOLDER}/{test}" for test in held))


def markdown() -> str:
    """The whole table."""
    known = plans()
    lines = [
        "# The plans of the conformance suite, module by module",
        "",
        "Made by `python -m tests.plans` of `tests/spec/conformance/modules.yaml`. Plans and modules have",
        "the names that the OpenID Foundation's suite gives them; lines that begin with a capital are rules",
        "it applies beside its modules. A house test fails when a module has neither a test nor a reason.",
        "",
        "| plan | modules | without a test |",
        "|---|---|---|",
    ]
    for plan in known:
        without = sum(not module.tests for module in plan.modules)
        lines.append(f"| [{plan.title}](#{plan.name}) | {len(plan.modules)} | {without or '—'} |")
    for plan in known:
        lines += _table(plan)
    return "\n".join(lines) + "\n"


def _table(plan: Plan) -> Iterator[str]:
    yield from ("", f'<a id="{plan.name}"></a>', f"## {plan.title}", "", f"`{plan.name}`", "")
    yield from ("| module | test |", "|---|---|")
    for module in plan.modules:
        name = module.name if module.name[0].isupper() else f"`{module.name}`"
        held = "<br>".join(_link(test) for test in module.tests) or f"*{module.reason}*"
        yield f"| {name} | {held} |"


def _link(test: str) -> str:
    file, _, function = test.partition("::")
    return f"[`{function}`](../tests/{file})"


if __name__ == "__main__":
    sys.stdout.write(markdown())
