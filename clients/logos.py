"""Logos: fetched once when they are registered, judged as pictures, and shown from our own address.

A page of ours that loaded a portal's picture from the portal would tell it who is about to log in, and show
whatever lies there tomorrow. So the picture is a copy, of two raster formats that hold no script (L08).
"""

import hashlib
import struct
from dataclasses import dataclass

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from clients.models import ClientRow, LogoRow
from idp import outbound
from idp.base.secret import b64url

LARGEST = 256 * 1024
MOST_PIXELS = 2048
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
#: JPEG's frame headers, in which height and width stand; C4, C8 and CC are no frames (ITU-T T.81 §B.2.2).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A judged picture; its name is made of its content."""

    name: str
    media_type: str
    body: bytes


def fetch(uri: str, *, client: str = "") -> Logo:
    """The picture at a registered address; raises ``ValueError`` when it cannot be had or is none."""
    try:
        reply = outbound.get(uri, accept="image/png, image/jpeg", largest=LARGEST, client=client)
    except outbound.Failed as failure:
        raise ValueError(f"cannot be fetched: {failure.why}") from None
    return judged(reply.body)


def judged(body: bytes) -> Logo:
    """A PNG or JPEG by what its bytes say, not its sender, of bounded size; raises ``ValueError``."""
    if body.startswith(_PNG):
        media_type, suffix, (width, height) = "image/png", "png", _png_size(body)
    elif body.startswith(_JPEG):
        media_type, suffix, (width, height) = "image/jpeg", "jpg", _jpeg_size(body)
    else:
        raise ValueError("must be a PNG or JPEG picture")
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise ValueError(f"must be 1 to {MOST_PIXELS} pixels wide and high")
    name = f"{b64url(hashlib.sha256(body).digest())}.{suffix}"
    return Logo(name=name, media_type=media_type, body=body)


def keep(session: Session, row: ClientRow, logo: Logo | None) -> None:
    """Make this the logo of a client, and forget the one before when nobody else has it."""
    before, row.logo = row.logo, logo.name if logo else ""
    if logo:
        session.flush()
        session.merge(LogoRow(name=logo.name, media_type=logo.media_type, body=logo.body))
    if before and before != row.logo:
        session.flush()
        orphan = ~exists().where(ClientRow.logo == before)
        session.execute(delete(LogoRow).where(LogoRow.name == before, orphan))


def _png_size(body: bytes) -> tuple[int, int]:
    if len(body) < 33 or body[12:16] != b"IHDR" or b"IEND" not in body[-16:]:
        raise ValueError("must be a whole PNG picture")
    width, height = struct.unpack(">II", body[16:24])
    return width, height


def _jpeg_size(body: bytes) -> tuple[int, int]:
    """Width and height from the first frame header; markers are followed, nothing is decoded."""
    place = 2
    while place + 9 <= len(body) and body[place] == 0xFF:
        marker = body[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return width, height
        if marker == 0xFF:
            place += 1
        elif marker in _ALONE:
            place += 2
        else:
            place += 2 + max(2, int.from_bytes(body[place + 2 : place + 4], "big"))
    raise ValueError("must be a whole JPEG picture")
