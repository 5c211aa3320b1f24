"""Visits: the portal's sessions, kept on the server so that a logout token can end them.

The browser holds a random id and nothing else. One process holds all visits; a portal that runs on several
machines keeps the same three tables (visits, by sid, by subject) in a Redis of its own.
"""

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

IDLE = 1800
ABSOLUTE = 8 * 3600


class Visit(dict[str, Any], SessionMixin):
    """What the portal remembers of one browser; ``sid`` and ``subject`` once somebody is logged in."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self.id = secrets.token_urlsafe(32)
        self.begun = self.seen = now
        self.sid = self.subject = ""
        self.over = False
        self.lock = threading.Lock()

    @property
    def logged_in(self) -> bool:
        """Whether a person is known."""
        return bool(self.subject)


class Visits:
    """All visits of this portal, bounded: strangers can never push out people who are logged in."""

    def __init__(self, clock: Callable[[], float] = time.time, limit: int = 10_000) -> None:
        self._clock = clock
        self._limit = limit
        self._lock = threading.Lock()
        self._strangers: dict[str, Visit] = {}
        self._members: dict[str, Visit] = {}
        self._by_sid: dict[str, set[str]] = defaultdict(set)
        self._by_subject: dict[str, set[str]] = defaultdict(set)

    def find(self, visit_id: str) -> Visit | None:
        """The live visit of that id; looking at it keeps it alive."""
        with self._lock:
            visit = self._members.get(visit_id, self._strangers.get(visit_id))
            if visit is None:
                return None
            now = self._clock()
            if now - visit.seen > IDLE or now - visit.begun > ABSOLUTE:
                self._drop(visit)
                return None
            visit.seen = now
            return visit

    def new(self) -> Visit:
        """A visit that is kept only once something is written into it."""
        return Visit(self._clock())

    def keep(self, visit: Visit) -> None:
        """Hold the visit of a stranger."""
        with self._lock:
            if not visit.over and visit.id not in self._members:
                self._put(self._strangers, visit)

    def admit(self, visit: Visit, *, sid: str, subject: str) -> None:
        """Make the visit that of a logged-in person, under a new id (session fixation: OWASP ASVS 7.2.4)."""
        with self._lock:
            self._drop(visit)
            visit.id, visit.over = secrets.token_urlsafe(32), False
            visit.begun = visit.seen = self._clock()
            visit.sid, visit.subject = sid, subject
            self._put(self._members, visit)
            self._by_sid[sid].add(visit.id)
            self._by_subject[subject].add(visit.id)

    def end(self, visit: Visit) -> None:
        """Forget the visit; a request still running with it cannot bring it back."""
        with self._lock:
            self._drop(visit)

    def end_by(self, *, sid: str | None, subject: str | None) -> int:
        """End what a logout token names: that session, or without a sid all of the subject's (§2.7)."""
        with self._lock:
            ids = self._by_sid.get(sid, set()) if sid else self._by_subject.get(subject or "", set())
            named = [self._members[visit_id] for visit_id in ids]
            ended = [visit for visit in named if subject in (None, visit.subject)]
            for visit in ended:
                self._drop(visit)
            return len(ended)

    def _put(self, shelf: dict[str, Visit], visit: Visit) -> None:
        if visit.id not in shelf and len(shelf) >= self._limit:
            self._drop(next(iter(shelf.values())))
        shelf[visit.id] = visit

    def _drop(self, visit: Visit) -> None:
        visit.over = True
        self._strangers.pop(visit.id, None)
        if self._members.pop(visit.id, None) is None:
            return
        for index, key in ((self._by_sid, visit.sid), (self._by_subject, visit.subject)):
            index[key].discard(visit.id)
            if not index[key]:
                del index[key]


class VisitCookie(SessionInterface):
    """Flask's session is the visit itself; its id is all that travels."""

    def __init__(self, visits: Visits, *, name: str, secure: bool) -> None:
        # Cookies ignore ports: three portals on one host need three names.
        self._name = f"__Host-{name}" if secure else name
        self._secure = secure
        self._visits = visits

    def open_session(self, app: Flask, request: Request) -> Visit:
        """The visit the cookie names, or a new one."""
        visit = self._visits.find(request.cookies.get(self._name, ""))
        return self._visits.new() if visit is None else visit  # an empty visit counts as false

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the visit if it holds anything, and tell the browser an id that changed."""
        assert isinstance(session, Visit)  # noqa: S101  (open_session made it)
        response.vary.add("Cookie")
        if session.over:
            response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="Lax")
        elif session:
            self._visits.keep(session)
            response.set_cookie(
                self._name, session.id, path="/", secure=self._secure, httponly=True, samesite="Lax"
            )
