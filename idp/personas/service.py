"""Bring the cast into this server through the same verbs that real people pass. May be repeated."""

from datetime import UTC, datetime, time
from typing import Final

import pyotp

from idp import audit, authenticators, organizations, persons, settings
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import Secret
from idp.logout import people
from idp.organizations import service as organizations_service
from idp.personas.credentials import Credentials, password
from idp.personas.roster import Body, Persona, bodies, find, personas
from idp.persons import Person
from idp.persons import service as persons_service

#: Who did all this, for the record.
OPERATOR: Final = "personas"
SOURCE: Final = "synthetic"

#: How somebody of a level would have reached it.
_METHODS: Final = {
    1: "name and number match",
    2: "operator phone match",
    3: "live face match",
    4: "card read at a window",
}


def load(*, renew: bool = False) -> tuple[Credentials, ...]:
    """Register whoever of the cast is missing; give the credentials made now, which nobody can read later.

    ``renew`` makes new credentials for those who have some.
    """
    _refuse_production()
    made = tuple(found for persona in personas() if (found := _enter(persona, renew=renew)))
    for body in bodies():
        _enter_body(body)
    audit.record("personas.load", count=len(made), operator=OPERATOR, source=SOURCE)
    return made


def _refuse_production() -> None:
    conf = settings.current()
    if conf.environment == "production":
        raise Rejected("personas.production", "synthetic people have no place in production", status=403)
    if not conf.allow_demo_regions:
        raise Rejected("personas.regions", "set IDP_ALLOW_DEMO_REGIONS to load synthetic people", status=403)


def _enter(persona: Persona, *, renew: bool) -> Credentials | None:
    """Bring one persona to where the roster wants it, from wherever an earlier run left it."""
    person = _registered(persona)
    _add_documents(persona, person)
    _rename(persona, person)
    _prove(persona, person)
    credentials = _equip(persona, person, renew=renew) if persona.password else None
    _set_status(persona, person)
    return credentials


def _registered(persona: Persona) -> Person:
    """The person of a persona, registered and under the number in force."""
    if person := _person(persona.number):
        return person
    if persona.replaces and (person := _person(persona.replaces)):
        return _corrected(persona, person)
    person_id = persons_service.register(
        full_name=persona.former_name or persona.name,
        id_number=persona.replaces or persona.number,
        birthdate=persona.birthdate,
        gender=persona.gender,
        phone_number=persona.phone,
        service_region=persona.service_region,
        operator=OPERATOR,
        source=SOURCE,
    )
    person = _now(person_id)
    return _corrected(persona, person) if persona.replaces else person


def _corrected(persona: Persona, person: Person) -> Person:
    """The person after the number was replaced."""
    (old,) = (row for row in persons.identifiers(person.id) if row.valid_to is None)
    persons_service.replace_identifier(
        person.id,
        old.id,
        id_number=persona.number,
        reason=persona.replaced_because,
        operator=OPERATOR,
        source=SOURCE,
    )
    return _now(person.id)


def _add_documents(persona: Persona, person: Person) -> None:
    for document in persona.also:
        if _person(document) is None:
            persons_service.add_identifier(person.id, id_number=document, operator=OPERATOR, source=SOURCE)


def _rename(persona: Persona, person: Person) -> None:
    if person.name != persona.name:
        persons_service.rename(person.id, persona.name, operator=OPERATOR, source=SOURCE)


def _prove(persona: Persona, person: Person) -> None:
    """Record how the level was reached, once."""
    if persona.level == 0 or persons.levels(person.id):
        return
    proved_on = datetime.combine(persona.proved_on, time(12), UTC) if persona.proved_on else None
    persons_service.set_level(
        person.id,
        persona.level,
        method=_METHODS[persona.level],
        source=SOURCE,
        obtained_at=int(proved_on.timestamp()) if proved_on else None,
        operator=OPERATOR,
    )


def _equip(persona: Persona, person: Person, *, renew: bool) -> Credentials | None:
    """Set a password, and a generator for those who have one, unless they are set already."""
    complete = authenticators.password.enrolled(person.id) and (
        not persona.totp or authenticators.totp.enrolled(person.id)
    )
    if complete and not renew:
        return None
    secret = password()
    authenticators.password.set(person.id, secret.reveal(), words=(persona.number,), operator=OPERATOR)
    return Credentials(
        slug=persona.slug,
        name=persona.name,
        login=persona.number,
        password=secret,
        totp=_generator(person) if persona.totp else None,
    )


def _generator(person: Person) -> Secret:
    """Set up a fresh generator; proved by the code before, so that the code of this moment stays good."""
    authenticators.totp.remove(person.id, operator=OPERATOR)
    secret, _ = authenticators.totp.begin(person.name_masked)
    generator = pyotp.TOTP(secret.reveal())
    # The second try is for a step that ended between making a code and confirming it.
    for _ in range(2):
        code = generator.at(clock.now() - generator.interval)
        if authenticators.totp.confirm(person.id, secret, code, operator=OPERATOR):
            return secret
    raise RuntimeError("a code of the generator's own was refused")


def _set_status(persona: Persona, person: Person) -> None:
    """Freeze or record a death, last: whoever is dead cannot be changed any more."""
    if person.status == persona.status:
        return
    if persona.status == "frozen":
        people.freeze(person.id, cause="synthetic", operator=OPERATOR, source=SOURCE)
    elif persona.status == "deceased":
        people.record_death(person.id, operator=OPERATOR, source=SOURCE)


def _enter_body(body: Body) -> None:
    """Bring one organisation to where the roster wants it."""
    found = organizations.find_by_code(body.uscc)
    organization_id = (
        found.id
        if found
        else organizations_service.register(
            uscc=body.uscc,
            name=body.name,
            name_en=body.name_en,
            parent_uscc=body.parent_uscc,
            operator=OPERATOR,
            source=SOURCE,
        )
    )
    if body.representative and not organizations.representations(organization_id):
        person = _person(find(body.representative).number)
        if person is not None:
            organizations_service.add_representative(
                organization_id, person.id, role=body.role, operator=OPERATOR, source=SOURCE
            )
    if (found.status if found else "active") != body.status:
        organizations_service.set_status(organization_id, body.status, operator=OPERATOR, source=SOURCE)


def _person(text: str) -> Person | None:
    """Whose number this is."""
    document = persons.number.parse(text)
    return persons.find_by_identifier(document.id_type, document.value)


def _now(person_id: str) -> Person:
    """The person as the database has it now."""
    person = persons.find(person_id)
    if person is None:
        raise RuntimeError("a person just registered is gone")
    return person
