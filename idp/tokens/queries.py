"""Reads of the tokens package."""

from sqlalchemy import Select, select

from idp.base.clock import now
from idp.tokens.models import OfflineFamily

_family = OfflineFamily.__table__


def living_family(grant: str) -> Select[tuple[str, int]]:
    """Whose offline family of a grant is alive, and its generation, if it is."""
    return select(_family.c.person_id, _family.c.generation).where(
        _family.c.grant_id == grant, _family.c.revoked.is_(False), _family.c.expires_at > now()
    )


def offline_portals(person_id: str) -> Select[tuple[str]]:
    """The portals that hold a living offline grant of a person."""
    return (
        select(_family.c.client_id)
        .where(_family.c.person_id == person_id, _family.c.revoked.is_(False), _family.c.expires_at > now())
        .distinct()
    )
