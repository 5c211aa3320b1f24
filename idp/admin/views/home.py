"""The first page of the console: who one is here, what one may do, what waits."""

from flask import Response

from idp import divisions
from idp.admin import waiting
from idp.admin.guard import member
from idp.admin.needs import ANY_MEMBER, marked
from idp.admin.views.frame import blueprint, show
from idp.permissions import PERMISSIONS


@blueprint.get("/")
@marked(ANY_MEMBER)
def home() -> Response:
    """What waits, the member, place and powers."""
    own = member()
    return show(
        "home",
        "",
        waiting=list(waiting.of(own)),
        many=waiting.MANY,
        division=divisions.find(own.division),
        department=divisions.department(own.department) if own.department else None,
        permissions=[PERMISSIONS[name] for name in sorted(own.permissions)],
    )
