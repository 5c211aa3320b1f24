"""An organisation as the rest of the server sees one."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Status = Literal["active", "revoked", "cancelled", "abnormal"]
"""在营, 吊销, 注销, 经营异常."""

Role = Literal["legal_representative", "person_in_charge", "operator", "executive_partner", "investor"]
"""法定代表人, 负责人, 经营者, 执行事务合伙人, 投资人: whom the register calls responsible."""

STATUSES: Final[tuple[str, ...]] = get_args(Status)
ROLES: Final[tuple[str, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One organisation; ``id`` is ours, random, and never leaves the server."""

    id: str
    uscc: str
    name: str
    name_en: str
    kind: str
    """What the credit code says: enterprise, individual_business, cooperative, public_institution, …"""
    status: Status
    region: str
    parent_uscc: str
    """The body a branch belongs to; empty for others."""

    @property
    def active(self) -> bool:
        """Whether somebody may act for it: a revoked, cancelled or abnormal one suspends every power."""
        return self.status == "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A code of an organisation, now or once."""

    id: str
    type: str
    value: str
    valid_from: int
    valid_to: int | None
    reason: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """A person stands for an organisation by register."""

    id: str
    person_id: str
    organization_id: str
    role: Role
    valid_from: int
    valid_to: int | None
