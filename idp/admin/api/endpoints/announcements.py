"""What the visitors of a portal are told; an announcement is never rewritten, but withdrawn."""

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from idp import announcements
from idp.admin.api.caller import caller, reached
from idp.admin.api.endpoints.made import Body, answer, operations
from idp.admin.needs import needs
from idp.announcements import Announcement, service
from idp.announcements.announcement import LATEST, LONGEST, MOST
from idp.base.errors import Rejected

blueprint = operations("announcements", "What a portal's login and consent pages tell")

_CLIENT = "^[a-z0-9-]{1,64}$"


class AnnouncementQuery(BaseModel):
    """Of which portal."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(pattern=_CLIENT)


class AnnouncementPath(BaseModel):
    """Which announcement."""

    announcement_id: str = Field(pattern="^[0-9a-f-]{36}$")


class NewAnnouncement(Body):
    """What to tell, in both languages; no address and no number to call."""

    client_id: str = Field(pattern=_CLIENT)
    text: str = Field(min_length=1, max_length=LONGEST)
    text_en: str = Field(min_length=1, max_length=LONGEST)
    starts_at: int = Field(ge=0, le=LATEST, description="Epoch seconds")
    ends_at: int = Field(ge=0, le=LATEST, description="Epoch seconds, at most 90 days later")


class AnnouncementShown(BaseModel):
    """An announcement."""

    id: str
    client_id: str
    text: str
    text_en: str
    starts_at: int
    ends_at: int
    created_by: str


class AnnouncementList(BaseModel):
    """What is shown at a portal now or will be; a portal has a few at most."""

    announcements: list[AnnouncementShown] = Field(max_length=2 * MOST)


class Announced(BaseModel):
    """What was announced."""

    id: str


@blueprint.get("", responses={200: AnnouncementList}, summary="List what a portal tells")
@needs("admin:announcements:write")
def list_announcements(query: AnnouncementQuery) -> Response:
    """What is shown at a portal now or will be."""
    found = announcements.of_client(reached(query.client_id).client_id)
    return answer(AnnouncementList(announcements=[_shown(one) for one in found]))


@blueprint.post("", responses={201: Announced}, summary="Announce something")
@needs("admin:announcements:write")
def announce(body: NewAnnouncement) -> Response:
    """Tell the visitors of a portal something, for a while."""
    made = service.announce(
        reached(body.client_id).client_id,
        text=body.text,
        text_en=body.text_en,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        operator=caller().id,
    )
    return answer(Announced(id=made), 201)


@blueprint.delete("/<announcement_id>", responses={204: None}, summary="Withdraw an announcement")
@needs("admin:announcements:write")
def withdraw(path: AnnouncementPath) -> Response:
    """Take one back."""
    found = announcements.find(path.announcement_id)
    if found is None:
        raise Rejected("not_found", "There is no such announcement", why="no announcement", status=404)
    service.withdraw(reached(found.client_id).client_id, found.id, operator=caller().id)
    return Response(status=204)


def _shown(one: Announcement) -> AnnouncementShown:
    return AnnouncementShown(**{name: getattr(one, name) for name in AnnouncementShown.model_fields})
