"""The register of roles, each of one of the three administrations that nobody may combine (三员分立).

GB/T 22239-2019 §8.1.5: system, security and audit administration are separate persons. System administration
makes accounts, security administration says what they may do, audit administration sees what both did; none
of them can widen its own power alone.
"""

from dataclasses import dataclass

from idp.permissions import PERMISSIONS, Group

GROUPS: dict[Group, tuple[str, str]] = {
    "system": ("系统管理", "System administration"),
    "security": ("安全管理", "Security administration"),
    "audit": ("审计管理", "Audit administration"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody of one administration may do."""

    name: str
    group: Group
    chinese: str
    english: str
    permissions: frozenset[str]


def _role(name: str, group: Group, chinese: str, english: str, permissions: str) -> Role:
    named = frozenset(f"admin:{one}" for one in permissions.split())
    if unknown := named - PERMISSIONS.keys():
        raise ValueError(f"role {name}: {sorted(unknown)} are no permissions")
    if foreign := [one for one in named if group not in PERMISSIONS[one].groups]:
        raise ValueError(f"role {name}: {sorted(foreign)} belong to other administrations")
    return Role(name=name, group=group, chinese=chinese, english=english, permissions=named)


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        _role(
            "system_administrator", "system", "系统管理员", "System administrator",
            "branding:write clients:read configuration:read configuration:write deliveries:read "
            "deliveries:retry divisions:read divisions:write "
            "health:read keys:read keys:rotate policies:read staff:read staff:write statistics:read",
        ),
        _role(
            "portal_officer", "system", "应用审核员", "Portal officer",
            "announcements:write applications:read applications:review branding:write clients:read "
            "clients:write configuration:read configuration:write deliveries:read divisions:read "
            "explain:read policies:read statistics:read",
        ),
        _role(
            "support", "system", "客服", "Support",
            "clients:read deliveries:read explain:read people:search people:unlock sessions:end",
        ),
        _role(
            "security_administrator", "security", "安全管理员", "Security administrator",
            "alarms:read applications:read applications:approve clients:read clients:suspend "
            "configuration:read configuration:write divisions:read "
            "health:read keys:read people:search people:freeze people:reprove people:unlock policies:read "
            "policies:write restricted:approve roles:grant sessions:end staff:read statistics:read",
        ),
        _role(
            "audit_administrator", "audit", "审计管理员", "Audit administrator",
            "alarms:read audit:export audit:read audit:verify clients:read configuration:read "
            "divisions:read health:read policies:read staff:read statistics:read",
        ),
    )
}  # fmt: skip


def permitted(names: tuple[str, ...]) -> frozenset[str]:
    """What these roles let do together; a role that is gone lets nothing."""
    return frozenset[str]().union(*(ROLES[name].permissions for name in names if name in ROLES))
