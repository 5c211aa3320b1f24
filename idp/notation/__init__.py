"""YAML and JSON as people keep them in files: read one way or not at all, each value with its line.

Owns: reading a text into plain values, what of both notations is refused, where a value stands, writing.
Not here: what the values mean (``clients.manifest``, ``idp.configuration``); JSON of machines
(``idp.base.strict_json``).
"""

from idp.notation.reading import Unreadable, lines, read
from idp.notation.writing import to_json, to_yaml

__all__ = ["Unreadable", "lines", "read", "to_json", "to_yaml"]
