"""A kiosk in a service hall: one screen, no keyboard, logged in from the visitor's phone (RFC 8628).

Owns: asking for codes, polling, checking what comes, the screen and its idle end.
Not here: the login itself, which happens on the phone; printing (this is a demonstration).
"""

from .app import create_app
from .provider import Provider
from .screen import Screen

__all__ = ["Provider", "Screen", "create_app"]
