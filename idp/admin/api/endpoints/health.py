"""How the platform is: what it depends on, what the worker's jobs last did."""

from flask import Response, current_app
from pydantic import BaseModel, Field

from idp import rounds
from idp.admin.api.caller import demand_all
from idp.admin.api.endpoints.made import answer, operations
from idp.admin.needs import needs
from idp.audit import jobs as audit_jobs
from idp.rounds import Round

blueprint = operations("health", "Dependencies and the worker's jobs")


class PartShown(BaseModel):
    """Something the platform depends on."""

    name: str
    well: bool


class JobShown(BaseModel):
    """A job of the worker."""

    job: str
    standing: str = Field(description="well, failing, late")
    ran_at: int = Field(description="When it last went well; 0 for never")
    milliseconds: int
    failed_at: int
    why: str = Field(description="Why it last failed")


class HealthShown(BaseModel):
    """How the platform is."""

    parts: list[PartShown]
    jobs: list[JobShown]
    backlog: int = Field(description="Bytes of the record that wait on this machine")


@blueprint.get("", responses={200: HealthShown}, summary="Show how the platform is")
@needs("admin:health:read")
def show_health() -> Response:
    """Each dependency, and each job with its last run and its last failure."""
    demand_all()
    state = current_app.extensions["idp.readiness"]
    return answer(
        HealthShown(
            parts=[PartShown(name=name, well=well) for name, well in state().items()],
            jobs=[_shown(one) for one in rounds.known()],
            backlog=audit_jobs.backlog(),
        )
    )


def _shown(one: Round) -> JobShown:
    return JobShown(**{name: getattr(one, name) for name in JobShown.model_fields})
