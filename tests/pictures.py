"""The smallest pictures there are, whole and in parts."""

import struct
import zlib


def png(width: int = 2, height: int = 2, *, shade: int = 0) -> bytes:
    """A grey PNG picture."""
    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def jpeg_head(width: int = 2, height: int = 2) -> bytes:
    """What of a JPEG picture says how large it is: two segments before the frame header, then the frame's."""
    comment = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8" + comment + b"\xff\xfe" + struct.pack(">H", 4) + b"hi" + frame + b"\xff\xd9"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
