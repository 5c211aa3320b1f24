"""Lists a page at a time: a cursor says behind what the next page begins; nothing is counted or skipped."""

from collections.abc import Sequence

import orjson
from pydantic import BaseModel, ConfigDict, Field

from idp.base.errors import Rejected
from idp.base.secret import b64url, b64url_decode


class PageQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    cursor: str = Field("", max_length=400, description="`next` of the page before; empty for the first")
    limit: int = Field(50, ge=1, le=200, description="Entries on a page")


class SearchQuery(PageQuery):
    """Which page of what is found."""

    q: str = Field("", max_length=60, description="Part or beginning of a name")


def cursor(*values: str) -> str:
    """A cursor behind an entry."""
    return b64url(orjson.dumps(values))


def behind(text: str, size: int) -> tuple[str, ...]:
    """What a cursor says; raises ``Rejected`` for one we did not make."""
    if not text:
        return ("",) * size
    try:
        values = orjson.loads(b64url_decode(text))
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != size or not all(isinstance(v, str) for v in values):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    if any("\0" in value for value in values):
        raise Rejected("invalid_request", "The cursor is not one of ours")
    return tuple(values)


def next_of(entries: Sequence[object], limit: int, values: Sequence[str]) -> str:
    """The cursor of the next page, when there is one more entry than a page holds."""
    return cursor(*values) if len(entries) > limit else ""
