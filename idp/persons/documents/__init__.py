"""The register of person documents: one file a family, listed here in the order in which forms are tried.

Owns: form, check and meaning of each document's number.
Not here: whose number it is (``persons.queries``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from idp.persons.documents import citizen, free_text, permanent_resident, residence_permit, travel
from idp.persons.documents.id_number import Circumstances, IdNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One form of number: how it looks, who reads it, and whether it may be told by its look alone."""

    id_type: str
    pattern: re.Pattern[str]
    read: Callable[[str, Circumstances], IdNumber]
    self_evident: bool = True


#: 18 characters: 9 is a foreigner's, 81 to 83 a residence permit, the rest of 1 to 8 a citizen's.
DOCUMENTS: tuple[Document, ...] = (
    Document(id_type="553", pattern=permanent_resident.PATTERN, read=permanent_resident.read),
    Document(id_type="111", pattern=residence_permit.PATTERN, read=residence_permit.read),
    Document(id_type="111", pattern=citizen.PATTERN, read=citizen.read),
    Document(id_type="111", pattern=citizen.FIRST_GENERATION, read=citizen.read_first_generation),
    Document(id_type="553", pattern=permanent_resident.OLD_PATTERN, read=permanent_resident.read_old),
    Document(id_type="516", pattern=travel.HONG_KONG_MACAO, read=travel.read_hong_kong_macao),
    Document(id_type="414", pattern=travel.PASSPORT, read=travel.read_passport),
    Document(id_type="511", pattern=travel.TAIWAN, read=travel.read_taiwan, self_evident=False),
    Document(id_type="114", pattern=free_text.PATTERN, read=free_text.read_military, self_evident=False),
    Document(id_type="999", pattern=free_text.PATTERN, read=free_text.read_other, self_evident=False),
)
