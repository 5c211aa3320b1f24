"""How a person's data is sealed: each box is bound to its row, so that boxes cannot be swapped."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import cast

import orjson

from idp import keyring
from idp.persons.person import Gender

#: A phone's blind index is kept apart from document numbers by a type no document has.
PHONE_TYPE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the register says beside the name."""

    birthdate: date | None
    gender: Gender
    nationality: str
    hmt: str


def seal(text: str, owner: str, what: str) -> bytes:
    """Seal a text for column ``what`` of row ``owner``."""
    return keyring.seal(text.encode(), f"{owner}|{what}".encode())


def unseal(box: bytes, owner: str, what: str) -> str:
    """Open what was sealed for the same row and column."""
    return keyring.unseal(box, f"{owner}|{what}".encode()).decode()


def seal_details(details: Details, person_id: str) -> bytes:
    """Seal the details of a person."""
    return seal(orjson.dumps(asdict(details)).decode(), person_id, "details")


def unseal_details(box: bytes, person_id: str) -> Details:
    """Open the details of a person."""
    values = orjson.loads(unseal(box, person_id, "details"))
    return Details(
        birthdate=date.fromisoformat(values["birthdate"]) if values["birthdate"] else None,
        gender=cast(Gender, values["gender"]),
        nationality=values["nationality"],
        hmt=values["hmt"],
    )
