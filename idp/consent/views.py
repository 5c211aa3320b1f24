"""The pages of a question: tell, ask, and go back with the decision."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

import clients
from clients import Client
from idp import pages, persons
from idp.base import clock
from idp.base.errors import Rejected
from idp.base.secret import digest, same
from idp.consent import asks, service, wording
from idp.consent.asks import Question
from idp.consent.consent import Ask, Item, Kind, alone, ask
from idp.pages import preferences, see_other
from idp.persons import Person, age

blueprint = Blueprint("consent", __name__)

#: Whoever is younger cannot agree alone (PIPL art. 31).
_OF_AGE = 14
_FREE: tuple[Kind, ...] = ("consent", "separate")


@blueprint.get("/consent/<ask_id>")
def show(ask_id: str) -> Response:
    """The screen that comes next."""
    question = _question(ask_id)
    if pages.session() is None:
        return see_other(question.return_to)
    client, person, whole = _parties(question)
    screens = _screens(whole, question)
    if not screens:
        return _finish(question, whole)
    if question.details and _minor(person):
        # What only somebody of age may agree to is not shown to a child at all (PIPL art. 31).
        return _deny(question, whole)
    pages.allow_forms_to(*client.redirect_uris)
    return pages.render(
        "consent/ask.html",
        **pages.of_portal(client),
        client=client,
        person=person,
        items=screens[0],
        step=_step(screens[0]),
        left=len(screens),
        alone=alone(screens[0]),
        apart=screens[0][0].apart,
        only_notice=not question.details and all(not item.optional for item in screens[0]),
        details=wording.details(question.details if not question.agreed else ()),
        withheld=_withheld(person, ask(client, person.id, question.scopes)),
        item_name=pages.item(client, question.item),
        purpose=question.purpose,
        item_code=question.item or question.item_code,
        hosts=sorted({urlsplit(uri).netloc or urlsplit(uri).scheme for uri in client.redirect_uris}),
        say=wording,
    )


@blueprint.post("/consent/<ask_id>")
def answer(ask_id: str) -> Response:
    """One screen answered; which one is ours to say, the form only repeats it so that no other is meant."""
    question = _question(ask_id)
    if pages.session() is None:
        return see_other(question.return_to)
    _, _, whole = _parties(question)
    screens = _screens(whole, question)
    decision = request.form.get("decision")
    if not screens or decision not in ("agree", "deny") or not _same_screen(screens[0]):
        return see_other(f"/consent/{ask_id}")
    if decision == "deny" and not alone(screens[0]):
        return _deny(question, whole)
    agreed = _agreed(screens[0], decision)
    refused = [item.name for item in screens[0] if item.name not in agreed]
    question = question.answered(agreed, refused)
    if _screens(whole, question):
        asks.save(question)
        return see_other(f"/consent/{ask_id}")
    return _finish(question, whole)


def _agreed(screen: tuple[Item, ...], decision: str) -> list[str]:
    """What of a screen was agreed to: what may be refused needs its tick, or its own button."""
    if decision != "agree":
        return []
    ticked = request.form.getlist("provide")
    return [item.name for item in screen if alone(screen) or not item.optional or item.name in ticked]


def _question(ask_id: str) -> Question:
    question = asks.peek(ask_id)
    if question is None or not question.belongs_to(pages.browser()):
        raise Rejected("CONS-010", why="unknown question, or another browser's", status=404)
    return question


def _parties(question: Question) -> tuple[Client, Person, Ask]:
    """Who asks, who is asked, and what can be asked of that person."""
    session, client = pages.session(), clients.find(question.client_id)
    person = persons.find(question.person_id)
    if session is None or session.person_id != question.person_id or person is None:
        raise Rejected("CONS-011", why="another person is logged in", status=403)
    if client is None or not client.enabled:
        raise Rejected("APP-002", why="client disabled while asking", status=403)
    whole = ask(client, person.id, question.scopes)
    return client, person, whole.without(_FREE) if _minor(person) else whole


def _minor(person: Person) -> bool:
    return person.birthdate is not None and age.on(person.birthdate, clock.today()) < _OF_AGE


def _withheld(person: Person, whole: Ask) -> list[Item]:
    """What a child cannot agree to alone, and is therefore not given."""
    return [item for item in whole.items if item.kind in _FREE] if _minor(person) else []


def _screens(whole: Ask, question: Question) -> list[tuple[Item, ...]]:
    done = {*question.agreed, *question.refused}
    groups = whole.groups(one_by_one=preferences.current().elder > 0)
    rest = (tuple(item for item in group if item.name not in done) for group in groups)
    return [group for group in rest if group]


def _step(screen: tuple[Item, ...]) -> str:
    return digest(" ".join(f"{item.name}={item.basis}" for item in screen))[:16]


def _same_screen(screen: tuple[Item, ...]) -> bool:
    return same(request.form.get("step", ""), _step(screen))


def _finish(question: Question, whole: Ask) -> Response:
    if not question.agreed and not question.known:
        return _deny(question, whole)
    if not asks.decide(question, granted=True):
        raise Rejected("CONS-010", why="decided in another tab", status=404)
    service.grant(
        whole,
        question.agreed,
        purpose=question.purpose,
        item_code=question.item or question.item_code,
        details=question.details,
    )
    return _back(question)


def _deny(question: Question, whole: Ask) -> Response:
    if not asks.decide(question, granted=False):
        raise Rejected("CONS-010", why="decided in another tab", status=404)
    service.deny(whole)
    return _back(question)


def _back(question: Question) -> Response:
    mark = "&" if "?" in question.return_to else "?"
    return see_other(f"{question.return_to}{mark}ask={question.id}")
