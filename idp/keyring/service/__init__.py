"""Lasting verbs of the keys: a successor, the end of a key, and the rewriting that goes before that end."""

from idp.keyring.service.change import REWRITTEN, Recorder, discard, retire, rotate, tell_resealing
from idp.keyring.service.resealing import depends, reseal

__all__ = ["REWRITTEN", "Recorder", "depends", "discard", "reseal", "retire", "rotate", "tell_resealing"]
