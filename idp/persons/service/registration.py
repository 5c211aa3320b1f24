"""A person's first entry.

``operator`` names who acts when it is not the person; ``source`` names the register that says so.
"""

import re
from datetime import date
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from idp import audit
from idp.base import clock
from idp.base.errors import Rejected
from idp.persons import name, number, sealing
from idp.persons.models import PersonRow
from idp.persons.person import Gender
from idp.persons.sealing import Details
from idp.persons.service.account import take_phone
from idp.persons.service.identifiers import GENDERS, insert_identifier
from idp.store.db import transaction


@transaction
def register(
    session: Session,
    *,
    full_name: str,
    id_number: str,
    id_type: str | None = None,
    issuer: str = "",
    birthdate: date | None = None,
    gender: Gender = "",
    nationality: str = "",
    phone_number: str | None = None,
    service_region: str = "",
    operator: str | None = None,
    source: str | None = None,
) -> str:
    """Register a person and give the new id; what the register tells goes before what the number tells."""
    document = number.parse(id_number, id_type=id_type, issuer=issuer)
    details = Details(
        birthdate=birthdate or document.birth,
        gender=gender or GENDERS[document.sex],
        nationality=nationality or document.nationality,
        hmt=document.hmt,
    )
    person_id, now = str(uuid4()), clock.now()
    identifier_id = insert_identifier(session, person_id, document, "registered", operator)
    session.execute(
        insert(PersonRow).values(
            id=person_id,
            status="active",
            name=sealing.seal(name.parse(full_name), person_id, "name"),
            details=sealing.seal_details(details, person_id),
            phone=take_phone(session, person_id, phone_number, details.hmt) if phone_number else None,
            identifier_id=identifier_id,
            service_region=_region(service_region),
            profile_version=1,
            created_at=now,
        )
    )
    audit.record_in(
        session,
        "person.register",
        person=person_id,
        id_type=document.id_type,
        level=0,
        operator=operator,
        service_region=service_region or None,
        source=source,
    )
    return person_id


def _region(code: str) -> str:
    if code and not re.fullmatch(r"[0-9]{6}", code):
        raise Rejected("region.format", "a service region has six digits")
    return code
