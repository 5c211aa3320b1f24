"""Lasting verbs of applications: ask, decide, begin, confirm, end; refusals are recorded, nothing else."""

from clients.applications.service.decisions import confirm, decide, resume, retire, stop
from clients.applications.service.force import put_in_force, suspend, tell
from clients.applications.service.requests import change, draft, recall, submit, withdraw

__all__ = [
    "change",
    "confirm",
    "decide",
    "draft",
    "put_in_force",
    "recall",
    "resume",
    "retire",
    "stop",
    "submit",
    "suspend",
    "tell",
    "withdraw",
]
