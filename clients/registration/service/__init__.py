"""Lasting verbs of dynamic registration, one file a subject."""

from clients.registration.service.registrations import Registered, delete, read, register, update

__all__ = ["Registered", "delete", "read", "register", "update"]
