"""Stores, keys and a spool of its own for each test of the login."""

from tests.loginface import spooled

__all__ = ["spooled"]
