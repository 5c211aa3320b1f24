"""Who is logged in at a page that only somebody who is logged in reaches."""

from idp import persons
from idp.base.errors import Rejected
from idp.pages.cookies import session
from idp.persons import Person
from idp.sessions import Session


def current() -> Session:
    """The session of this request."""
    found = session()
    if found is None:
        raise Rejected("AUTH-007", why="no session", status=403)
    return found


def me() -> Person:
    """The person logged in."""
    person = persons.find(current().person_id)
    if person is None:
        raise Rejected("AUTH-007", why="the person is gone", status=403)
    return person
