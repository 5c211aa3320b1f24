"""Administrative divisions within reach."""

from flask import Response
from pydantic import BaseModel, Field

from idp import divisions
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.paging import PageQuery, behind, next_of
from idp.admin.needs import needs
from idp.divisions import service

blueprint = operations("divisions", "Administrative divisions (GB/T 2260)")


class DivisionShown(BaseModel):
    """A division."""

    code: str
    kind: str
    name: str
    name_en: str


class DivisionPage(BaseModel):
    """A page of divisions."""

    divisions: list[DivisionShown]
    next: str


class DivisionImport(Body):
    """Divisions to take over, all or none."""

    csv: str = Field(max_length=60_000, description="Lines of code,name,name_en")


class Imported(BaseModel):
    """What an import changed."""

    changed: int


@blueprint.get("", responses={200: DivisionPage}, summary="List divisions by code")
@needs("admin:divisions:read")
def list_divisions(query: PageQuery) -> Response:
    """Divisions within reach, by code."""
    (after,) = behind(query.cursor, 1)
    reach = caller().reach
    found = () if reach.department else divisions.divisions(reach, after=after, most=query.limit + 1)
    shown = [
        DivisionShown(code=one.code, kind=one.kind, name=one.name, name_en=one.name_en)
        for one in found[: query.limit]
    ]
    return answer(
        DivisionPage(divisions=shown, next=next_of(found, query.limit, [shown[-1].code] if shown else []))
    )


@blueprint.post("/import", responses={200: Imported}, summary="Take divisions over from CSV, all or none")
@needs("admin:divisions:write")
def import_divisions(body: DivisionImport) -> Response:
    """Take divisions over."""
    count = service.import_divisions(body.csv, reach=caller().reach, operator=caller().id)
    return answer(Imported(changed=count))
