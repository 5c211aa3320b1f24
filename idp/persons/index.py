"""The look-up tables that make a document number and a login phone unique.

A number is entered under every key of the queue, not the newest alone: two processes that are between two
keys meet on the one they share, and the database refuses the second.
"""

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import keyring
from idp.base.errors import Rejected
from idp.persons import sealing
from idp.persons.documents.id_number import IdNumber
from idp.persons.models import IdentifierIndexRow, PhoneIndexRow


def enter(session: Session, person_id: str, identifier_id: str, number: IdNumber) -> None:
    """Enter a number for a person; refused when somebody has it."""
    rows = [
        {
            "id_type": number.id_type,
            "blind_index": index,
            "key_id": key_id,
            "person_id": person_id,
            "identifier_id": identifier_id,
        }
        for key_id, index in keyring.blind_indexes(number.id_type, number.value)
    ]
    try:
        session.execute(insert(IdentifierIndexRow), rows)
    except IntegrityError as fault:
        # One text whoever has it: who tries numbers shall not learn which are registered.
        raise Rejected("person.exists", "the registration cannot be completed", why="number taken") from fault


def leave(session: Session, person_id: str, identifier_id: str) -> None:
    """Free a number: it no longer leads to anybody."""
    session.execute(
        delete(IdentifierIndexRow).where(
            IdentifierIndexRow.person_id == person_id, IdentifierIndexRow.identifier_id == identifier_id
        )
    )


def enter_phone(session: Session, person_id: str, phone: str) -> None:
    """Make a phone the login phone of a person; refused while it is somebody else's."""
    rows = [
        {"blind_index": index, "key_id": key_id, "person_id": person_id}
        for key_id, index in keyring.blind_indexes(sealing.PHONE_TYPE, phone)
    ]
    try:
        session.execute(insert(PhoneIndexRow), rows)
    except IntegrityError as fault:
        raise Rejected("phone.occupied", "the phone cannot be used", why="phone taken") from fault


def leave_phone(session: Session, person_id: str) -> None:
    """Free the login phone of a person."""
    session.execute(delete(PhoneIndexRow).where(PhoneIndexRow.person_id == person_id))
