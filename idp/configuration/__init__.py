"""The whole configuration as one text: exported, compared, applied whole or not at all (decision 0035).

Owns: the file's format, its sections, what applying it changes, the one transaction that does.
Not here: how a text is read (``idp.notation``), what each section's things are judged by and how they are
written (the packages of the nouns), persons, staff, teams, keys, secrets and records, which no file holds.
"""

from idp.configuration.configuration import FORMAT, LARGEST, Actor, Change, Fault, Refused, plain
from idp.configuration.state import State, export, read

__all__ = ["FORMAT", "LARGEST", "Actor", "Change", "Fault", "Refused", "State", "export", "plain", "read"]
