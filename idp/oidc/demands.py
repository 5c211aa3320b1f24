"""What the policies of the place where a client stands ask of its requests: item, level, age, data.

Judged when a request comes in and once more before it is answered, for a policy may have changed meanwhile.
"""

from collections.abc import Mapping
from dataclasses import replace

from clients.authorization_details import CODE
from idp import claims, policies
from idp.base.errors import Rejected
from idp.login import Requirement
from idp.oidc.authorization import AuthorizationRequest
from idp.policies import judgement


def item_of(parameters: Mapping[str, str]) -> str:
    """The code of the item a request names, as far as it is one: for the record."""
    code = parameters.get("item_code", "")
    return code if CODE.fullmatch(code) else ""


def item_is_known(request: AuthorizationRequest) -> None:
    """What is applied for stands in the catalogue of the client's division, and its demands hold."""
    if "item_code" in request.parameters:
        request.item = item_of(request.parameters)
        if not request.item:
            raise Rejected("invalid_request", "item_code must name the service item", why="item.form")
    hold(request)


def hold(request: AuthorizationRequest) -> None:
    """Hold a request to the policies of now: they only ever tighten it; raises what it is refused with."""
    here = policies.current().at(request.client.division)
    types = request.client.subject_types_allowed
    found = judgement.judge(here, subject_types=types, codes=_codes(request))
    request.scopes = judgement.kept(found, request.scopes)
    request.offered = tuple(name for name in request.client.scopes if found.allows(name))
    request.claims = claims.requested.allowed(request.claims, request.offered, 4)
    request.level = max(request.level, found.level)
    request.legal_level = found.legal_level
    request.subject_types = found.subject_types
    ages = [age for age in (request.max_age, found.max_age) if age is not None]
    request.max_age = min(ages, default=None)


def tightened(requirement: Requirement, request: AuthorizationRequest) -> Requirement:
    """The requirement of a login under way, as the policies of now have it."""
    return replace(
        requirement,
        level=request.level,
        legal_level=request.legal_level,
        max_age=request.max_age,
        subject_types=request.subject_types,
    )


def _codes(request: AuthorizationRequest) -> tuple[str, ...]:
    """The items of a request: the one it names, and those of single things asked for."""
    named = [request.item, *(str(entry.get("item_code", "")) for entry in request.details)]
    return tuple(code for code in named if code)
