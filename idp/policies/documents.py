"""Documents as they are stored."""

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from idp.base.secret import digest
from idp.policies.fault import Fault, Faulty

#: Bytes of a document: 20,000 items with the longest names in rare characters stay below.
LARGEST = 32 << 20


def packed(document: Mapping[str, Any]) -> tuple[bytes, str]:
    """A document as its row keeps it, and its digest; raises ``Faulty`` for one too large to be read."""
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    if len(text) > LARGEST:
        raise Faulty([Fault(chinese="内容太大", english="the document is too large")])
    return zlib.compress(text), digest(text.decode())


def unpacked(stored: bytes) -> dict[str, Any]:
    """The document of a row; raises ``ValueError`` when it cannot be read."""
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(stored, LARGEST)
    except zlib.error as error:
        raise ValueError("not a document") from error
    found: dict[str, Any] = orjson.loads(text)
    return found
