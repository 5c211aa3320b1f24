"""Public bodies within reach."""

from flask import Response
from pydantic import BaseModel, Field

from idp import divisions
from idp.admin.api.caller import caller
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.api.paging import PageQuery, behind, next_of
from idp.admin.needs import needs
from idp.divisions import service

blueprint = operations("departments", "Public bodies")


class DepartmentShown(BaseModel):
    """A public body."""

    id: str
    division: str
    name: str
    name_en: str
    active: bool


class DepartmentPage(BaseModel):
    """A page of public bodies."""

    departments: list[DepartmentShown]
    next: str


class NewDepartment(Body):
    """A public body to add."""

    division: str = Field(pattern="^[0-9]{6}$")
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=60)


class Added(BaseModel):
    """What was added."""

    id: str


@blueprint.get("", responses={200: DepartmentPage}, summary="List departments")
@needs("admin:divisions:read")
def list_departments(query: PageQuery) -> Response:
    """Public bodies within reach, by id."""
    (after,) = behind(query.cursor, 1)
    found = divisions.departments(caller().reach, after=after, most=query.limit + 1)
    shown = [
        DepartmentShown(
            id=one.id, division=one.division, name=one.name, name_en=one.name_en, active=one.active
        )
        for one in found[: query.limit]
    ]
    return answer(
        DepartmentPage(departments=shown, next=next_of(found, query.limit, [shown[-1].id] if shown else []))
    )


@blueprint.post("", responses={201: Added}, summary="Add a department")
@needs("admin:divisions:write")
def add_department(body: NewDepartment) -> Response:
    """Add a public body."""
    made = service.add_department(
        division=body.division,
        name=body.name,
        name_en=body.name_en,
        reach=caller().reach,
        operator=caller().id,
    )
    return answer(Added(id=made), 201)
