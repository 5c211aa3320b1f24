"""The forms of rules, branding and notices: what is typed becomes a draft."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, request

from idp import pages
from idp.admin.guard import member
from idp.admin.needs import needs
from idp.admin.views.frame import blueprint, sentence, show
from idp.admin.views.policies import fault_text, reached
from idp.announcements.announcement import MOST, moment_of
from idp.base.clock import SHANGHAI
from idp.base.errors import Rejected
from idp.pages import _, see_other
from idp.pages.seen import seen
from idp.policies import Faulty, KindName, kinds, queries, service
from idp.policies.kinds.branding import ACCENTS, Branding
from idp.policies.kinds.notices import TONES
from idp.policies.kinds.words import level_words

_TEXTS = ("text", "text_en", "starts", "ends", "tone")
Typed = Mapping[str, str]


@blueprint.get("/policies/rules/<division>/edit")
@needs("admin:policies:write")
def rules_edit(division: str) -> Response:
    """The rules of a division."""
    return _form("rules", division, _of_rules(_own("rules", division)), {})


@blueprint.post("/policies/rules/<division>/edit")
@needs("admin:policies:write")
def rules_draft(division: str) -> Response:
    """Keep what was typed as a draft."""
    form = request.form
    document = {
        "min_level": _whole(form.get("min_level", "")),
        "legal_level": _whole(form.get("legal_level", "")),
        "max_age": _whole(form["max_age"]) if form.get("max_age", "").strip() else None,
        "offline_access": form.get("offline_access") == "yes",
    }
    return _draft("rules", division, document, form)


@blueprint.get("/policies/branding/<division>/edit")
@needs("admin:branding:write")
def branding_edit(division: str) -> Response:
    """What pages say of a division."""
    return _form("branding", division, _own("branding", division), {})


@blueprint.post("/policies/branding/<division>/edit")
@needs("admin:branding:write")
def branding_draft(division: str) -> Response:
    """Keep what was typed as a draft."""
    form = request.form
    document = {name: form.get(name, "").strip() for name in Branding.__dataclass_fields__}
    return _draft("branding", division, document, form)


@blueprint.get("/policies/notices/<division>/edit")
@needs("admin:branding:write")
def notices_edit(division: str) -> Response:
    """What a division tells all visitors for a while."""
    return _form("notices", division, _of_notices(_own("notices", division)), {})


@blueprint.post("/policies/notices/<division>/edit")
@needs("admin:branding:write")
def notices_draft(division: str) -> Response:
    """Keep what was typed as a draft; a notice without any text is none."""
    form = request.form
    places = [
        n for n in range(1, MOST + 1) if any(form.get(f"{name}-{n}", "").strip() for name in _TEXTS[:2])
    ]
    document = {"notices": [_notice(form, n) for n in places]}
    return _draft("notices", division, document, form, places)


def keep(kind: KindName, division: str, document: object) -> Response:
    """Make a draft of a document, and show it; raises what ``service.draft`` does."""
    made = service.draft(kind, division, document, base=seen(), operator=member().id, reach=member().reach)
    return see_other(f"/admin/policies/drafts/{made}")


def _draft(
    kind: KindName, division: str, document: object, form: Typed, places: list[int] | None = None
) -> Response:
    reached(kind, division)
    try:
        return keep(kind, division, document)
    except Faulty as refused:
        errors = {}
        for one in refused.faults:
            place = f"-{places[int(one.at) - 1]}" if places and one.at.isdigit() else ""
            errors[f"{_FIELDS.get(one.column, one.column)}{place}"] = fault_text(one)
    except Rejected as refused:
        errors = {"": sentence(refused)}
    return _form(kind, division, form, errors)


#: Where a form calls a member otherwise.
_FIELDS = {"starts_at": "starts", "ends_at": "ends"}


def _form(kind: KindName, division: str, typed: Typed, errors: dict[str, str]) -> Response:
    found, place = reached(kind, division)
    newest = queries.history(kind, division, most=1)
    return show(
        f"policies/{kind}_edit",
        "policies",
        400 if errors else 200,
        kind=found,
        division=division,
        place=place,
        version=seen() if errors else (newest[0].number if newest else 0),
        label=lambda name: found.words(name, None)[0 if pages.chinese() else 1],
        levels=levels(),
        accents=[("", _("不设定")), *_options("branding", "accent", ACCENTS)],
        tones=_options("notices", "tone", TONES),
        numbers=range(1, MOST + 1),
        typed=typed,
        errors=errors,
    )


def _options(kind: KindName, member: str, known: tuple[str, ...]) -> list[tuple[str, str]]:
    column = 2 if pages.chinese() else 3
    return [(one, kinds.find(kind).words(member, one)[column]) for one in known]


def _own(kind: KindName, division: str) -> Any:
    reached(kind, division)
    found, own = kinds.find(kind), queries.current(kind, division)
    return own.document if own else found.document(found.empty)


def _of_rules(document: Mapping[str, Any]) -> Typed:
    age = document["max_age"]
    return {
        "min_level": str(document["min_level"]),
        "legal_level": str(document["legal_level"]),
        "max_age": "" if age is None else str(age),
        "offline_access": "yes" if document["offline_access"] else "no",
    }


def _of_notices(document: Mapping[str, Any]) -> Typed:
    return {
        f"{name}-{n}": value
        for n, one in enumerate(document["notices"], 1)
        for name, value in {
            **one,
            "starts": _minute(one["starts_at"]),
            "ends": _minute(one["ends_at"]),
        }.items()
        if name in _TEXTS
    }


def _notice(form: Typed, n: int) -> dict[str, object]:
    return {
        "text": form.get(f"text-{n}", "").strip(),
        "text_en": form.get(f"text_en-{n}", "").strip(),
        "starts_at": _moment(form.get(f"starts-{n}", "")),
        "ends_at": _moment(form.get(f"ends-{n}", "")),
        "tone": form.get(f"tone-{n}", ""),
    }


def _minute(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, SHANGHAI):%Y-%m-%dT%H:%M}"


def _moment(text: str) -> int | None:
    try:
        return moment_of(text)
    except Rejected:
        return None


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def levels() -> list[tuple[int, str]]:
    """The levels to choose from."""
    return [(n, level_words(n)[0 if pages.chinese() else 1]) for n in (1, 2, 3, 4)]
