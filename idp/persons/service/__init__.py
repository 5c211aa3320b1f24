"""Lasting changes of persons: each in one transaction with its audit record, then forgotten by the cache.

The verbs receive the database session first; callers leave it out (``store.db.transaction``).
"""

from idp.persons.service.account import (
    close,
    freeze,
    lapse_levels,
    record_death,
    rename,
    set_level,
    set_phone,
    unfreeze,
)
from idp.persons.service.identifiers import add_identifier, close_identifier, replace_identifier
from idp.persons.service.registration import register

__all__ = [
    "add_identifier",
    "close",
    "close_identifier",
    "freeze",
    "lapse_levels",
    "record_death",
    "register",
    "rename",
    "replace_identifier",
    "set_level",
    "set_phone",
    "unfreeze",
]
