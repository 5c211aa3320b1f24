"""What the consent page says of each kind of data: its name, its use and a masked sample of one's own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clients import Client, authorization_details
from clients.client import LegalBasis
from idp.consent.consent import Item
from idp.pages import _, mark
from idp.pages.language import chinese
from idp.persons import Person

BASES: Mapping[LegalBasis, str] = {
    "statutory_duty": mark("履行法定职责"),
    "consent": mark("您的同意"),
    "separate_consent": mark("您的单独同意"),
    "mandate": mark("您代表单位办事的权限"),
}

#: Scope → what everybody's value looks like.
_ALIKE = {"openid": mark("一串无含义的字符"), "age": mark("是或否")}

#: Scope → what one's own value looks like; a scope without one has nothing personal to show.
_SAMPLES: Mapping[str, Callable[[Person], str]] = {
    "profile": lambda person: person.name_masked,
    "realname": lambda person: person.name_masked,
    "region": lambda person: person.service_region,
    "phone": lambda person: person.phone_masked or _("未登记"),
    "profile.full": lambda person: f"{person.birthdate.year}-**-**" if person.birthdate else _("未登记"),
    "idcard.masked": lambda person: person.id_number_masked,
    "idcard": lambda person: person.id_number_masked,
}


def details(entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each authorization detail as its name and its rows, in the reader's language."""
    told = []
    for entry in entries:
        kind = authorization_details.REGISTER[entry["type"]]
        rows = [(one.label if chinese() else one.label_en, value) for one, value in kind.rows(dict(entry))]
        told.append((kind.label if chinese() else kind.label_en, rows))
    return told


def label(item: Item) -> str:
    """The name of the data, in the reader's language."""
    return item.scope.label if chinese() else item.scope.label_en


def use(item: Item) -> str:
    """What is given and why."""
    return item.scope.purpose if chinese() else item.scope.purpose_en


def basis(item: Item) -> str:
    """The legal basis."""
    return _(BASES[item.basis])


def sample(item: Item, person: Person) -> str:
    """The person's own value, masked; empty where there is none."""
    if item.name in _ALIKE:
        return _(_ALIKE[item.name])
    show = _SAMPLES.get(item.name)
    return show(person) if show else ""


def name(client: Client) -> str:
    """The portal's name."""
    return client.name if chinese() else client.name_en


def organization(client: Client) -> str:
    """The body that receives the data."""
    return client.organization if chinese() else client.organization_en


def purpose(client: Client) -> str:
    """What the portal is for."""
    return client.purpose if chinese() else client.purpose_en


def retention(client: Client) -> str:
    """How long the receiver keeps the data."""
    return client.retention if chinese() else client.retention_en


def policy(client: Client) -> str:
    """Where the portal says how it treats data."""
    return client.policy_uri if chinese() else client.policy_uri_en or client.policy_uri


def terms(client: Client) -> str:
    """Where the portal says on what terms it is used."""
    return client.tos_uri if chinese() else client.tos_uri_en or client.tos_uri
