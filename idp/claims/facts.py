"""What claims are made from, and how ages are counted."""

from dataclasses import dataclass
from datetime import date

from idp import keyring
from idp.base.clock import today
from idp.organizations import Organization
from idp.persons import Person, age


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A person, perhaps acting for an organisation, as one sector sees them."""

    sector: str
    person: Person
    organization: Organization | None
    aal: int

    @property
    def subject(self) -> str:
        """The person's pairwise ``sub`` (OIDC Core §8.1)."""
        return keyring.pairwise(self.sector, self.person.id)

    @property
    def organization_subject(self) -> str | None:
        """The organisation's pairwise identifier."""
        return keyring.pairwise(self.sector, self.organization.id) if self.organization else None


def is_over(birthdate: date, years: int) -> bool:
    """Whether somebody has completed so many years, by the calendar of Asia/Shanghai."""
    return age.on(birthdate, today()) >= years
