"""The manual of the settings, made from the fields and their docstrings, so that it cannot drift."""

import ast
import inspect
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from idp.settings.settings import Settings

_KINDS = {bool: "yes or no", int: "number", str: "text", SecretStr: "secret", Path: "path", tuple: "list"}
_BOUNDS = {"ge": "at least", "le": "at most"}


def page() -> str:
    """The page docs/settings.md."""
    meanings = _docstrings()
    lines = [
        "# Settings",
        "",
        "Made by `idp settings --markdown` from `idp/settings/settings.py`; a test fails when it is stale.",
        "A setting is an environment variable, or a file of the same name in lower case (`idp_database_url`)",
        "in the folder that `IDP_SECRETS_DIR` names; the environment goes first. Lists are JSON, such as",
        '`["10.0.0.0/8"]`. Outside development an unknown `IDP_` name stops the start. `idp settings` shows',
        "the values in force, secrets masked.",
        "",
        "| setting | type | default | meaning |",
        "|---|---|---|---|",
        *(
            f"| `IDP_{name.upper()}` | {_kind(field)} | {_default(field)} | {meanings.get(name, '')} |"
            for name, field in Settings.model_fields.items()
        ),
        "",
    ]
    return "\n".join(lines)


def in_force(settings: Settings) -> list[tuple[str, str]]:
    """Each setting and its value; a secret's is masked."""
    return [(f"IDP_{name.upper()}", str(getattr(settings, name))) for name in Settings.model_fields]


def _docstrings() -> dict[str, str]:
    """The text under each field, on one line."""
    (body,) = (
        node.body for node in ast.parse(inspect.getsource(Settings)).body if isinstance(node, ast.ClassDef)
    )
    found = {}
    for field, text in pairwise(body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = " ".join(str(text.value.value).replace("``", "`").split())
    return found


def _kind(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    limits = [
        f"{words} {bound}"
        for name, words in _BOUNDS.items()
        for rule in field.metadata
        if (bound := getattr(rule, name, None)) is not None
    ]
    known = get_origin(annotation) or annotation
    return ", ".join([next(word for kind, word in _KINDS.items() if known is kind), *limits])


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "by the machine's cores"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return "empty" if value in ("", ()) else f"`{str(value).lower() if isinstance(value, bool) else value}`"
