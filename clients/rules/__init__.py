"""What a registration must fulfil: the register of rules, in the order they are read.

A rule yields every fault it sees, as key and reason, so that one reading of a manifest names them all.

Owns: what a registration must fulfil, one file a subject.
Not here: how a registration is written (``clients.manifest``), what follows from it (``clients.service``).
"""

from clients.client import Client
from clients.rules.addresses import addresses
from clients.rules.answers import answers
from clients.rules.authentication import authentication, installations
from clients.rules.ciba import ciba
from clients.rules.data import data
from clients.rules.defaults import defaults
from clients.rules.details import details
from clients.rules.device import device
from clients.rules.flows import flows
from clients.rules.identity import identifiers, words
from clients.rules.issuers import issuers
from clients.rules.keys import keys
from clients.rules.presentation import presentation
from clients.rules.profile import profile
from clients.rules.requests import requests
from clients.rules.resources import resources
from clients.rules.restricted import restricted
from clients.rules.rule import Fault, Rule, Terms
from clients.rules.sandbox import sandbox
from clients.rules.sender import sender
from clients.rules.tokens import tokens

__all__ = ["RULES", "Fault", "Terms", "faults", "installations"]

RULES: tuple[Rule, ...] = (
    identifiers,
    words,
    presentation,
    addresses,
    flows,
    requests,
    authentication,
    keys,
    answers,
    sender,
    data,
    restricted,
    details,
    issuers,
    resources,
    tokens,
    defaults,
    profile,
    device,
    ciba,
    sandbox,
)


def faults(client: Client, terms: Terms) -> list[Fault]:
    """Every fault of a registration."""
    return [fault for rule in RULES for fault in rule(client, terms)]
