"""The register of sections, in the order in which they stand in a file and are written.

Owns: one file a section.
Not here: how a whole file is read and applied (``idp.configuration.plan``, ``idp.configuration.service``).
"""

from idp.configuration.sections import (
    announcements,
    clients,
    departments,
    divisions,
    policies,
    software_issuers,
)
from idp.configuration.sections.section import Section

__all__ = ["SECTIONS", "Section"]

SECTIONS: tuple[Section, ...] = (
    divisions.SECTION,
    departments.SECTION,
    software_issuers.SECTION,
    clients.SECTION,
    announcements.SECTION,
    policies.SECTION,
)
