"""The signed roots of the record: what somebody outside keeps, to show later that nothing was altered."""

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from idp import audit
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.needs import needs

blueprint = operations("roots", "Signed roots of the audit record")


class RootQuery(BaseModel):
    """Which roots."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=2**40, description="Those behind this number")
    limit: int = Field(50, ge=1, le=200)


class RootShown(BaseModel):
    """One root; the signature covers the rest."""

    number: int
    time: int
    seq: int
    hash: str
    jws: str


class RootPage(BaseModel):
    """A page of roots, the oldest first."""

    roots: list[RootShown]
    next: int = Field(description="`after` of the next page; 0 on the last")


@blueprint.get("", responses={200: RootPage}, summary="List signed roots")
@needs("admin:audit:verify")
def list_roots(query: RootQuery) -> Response:
    """Signed roots in order; they say nothing of anybody."""
    found = audit.signed_roots(query.after, query.limit + 1)
    shown = [
        RootShown(**{name: getattr(one, name) for name in RootShown.model_fields})
        for one in found[: query.limit]
    ]
    return answer(RootPage(roots=shown, next=shown[-1].number if len(found) > query.limit else 0))
