"""Files of the configuration, and who applies them, for every test that needs one."""

from typing import Any

from idp import configuration, notation
from idp.configuration import Actor, service
from idp.divisions import NATION, Reach
from idp.permissions import PERMISSIONS

WHOLE = Reach(division=NATION)


def machine() -> Actor:
    """Who types at the machine itself."""
    return Actor(id="root", reach=WHOLE, permissions=frozenset(), machine=True)


def officer(*permissions: str, division: str = NATION, department: str = "") -> Actor:
    """A member of staff, with all permissions where none is named."""
    return Actor(
        id="officer",
        reach=Reach(division=division, department=department),
        permissions=frozenset(permissions or (*PERMISSIONS, "admin:policies:write", "admin:branding:write")),
    )


def file(within: str = NATION, **sections: Any) -> str:
    """A file with these sections."""
    return notation.to_yaml({"configuration": 1, "within": within, **sections})


def exported(division: str = NATION, department: str = "", *, json: bool = False) -> str:
    """What is in force."""
    return configuration.read(Reach(division=division, department=department)).text(json=json)


def apply(text: str, actor: Actor | None = None, **options: Any) -> service.Applied:
    """Apply a file."""
    return service.apply(text, actor=actor or machine(), **options)


def faults(text: str, actor: Actor | None = None, **options: Any) -> list[str]:
    """How a file is refused; none when it is not."""
    try:
        apply(text, actor, **options)
    except configuration.Refused as refused:
        return list(map(str, refused.faults))
    return []
