"""Read the number of any person document (GB 11643-1999 and its kin)."""

from idp import settings
from idp.base import clock
from idp.persons.documents import DOCUMENTS
from idp.persons.documents.id_number import Circumstances, IdNumber, normalise, refused

__all__ = ["IdNumber", "normalise", "parse"]


def parse(
    text: str,
    *,
    id_type: str | None = None,
    issuer: str = "",
    demo: bool | None = None,
    archive: bool = False,
) -> IdNumber:
    """Clean and judge a number; raises ``Rejected`` with ``id_number.format``, ``.check`` or ``.date``.

    Without ``id_type`` the form must tell the document (18 characters, old foreign permit, HK/Macao travel
    permit, ``ISS/passport``). ``archive`` admits the first generation and the long dead: imports only.
    """
    clean = normalise(text)
    if issuer:
        clean = f"{normalise(issuer)}/{clean}"
    now = Circumstances(today=clock.today(), demo=_demo(demo), archive=archive)
    for document in DOCUMENTS:
        wanted = document.id_type == id_type if id_type else document.self_evident
        if wanted and document.pattern.fullmatch(clean):
            return document.read(clean, now)
    raise refused("format", why="the form of no document")


def _demo(wish: bool | None) -> bool:
    """Whether synthetic regions count: as asked, else as set (never in production)."""
    return settings.current().allow_demo_regions if wish is None else wish
