"""What happens to a log line before it is written: named, masked, kept to one record (attack N10)."""

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress

from structlog.types import EventDict, WrappedLogger

from idp.base import trace
from idp.base.redaction import MASK, SECRET_NAMES, printable, redact

_LONGEST = 4096
_DEEPEST = 4


class StandardError(logging.Handler):
    """Writes lines to standard error; a line that cannot be written is lost, and the caller goes on (R47).

    The handler of the standard library would then print the arguments of the line, unmasked.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            text = self.format(record)
        except Exception as error:  # noqa: BLE001  (a log line must never be what fails)
            text = f"a log line of {record.name} was lost: {type(error).__name__}"
        with suppress(OSError, ValueError):
            sys.stderr.write(text + "\n")
            sys.stderr.flush()


def named_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add which request the line belongs to."""
    request = trace.current()
    if request.id:
        event["request_id"] = request.id
    return event


def masked(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask what is personal or secret by name or by look; escape what would break the line."""
    return {_text(name): _value(name, value, _DEEPEST) for name, value in event.items()}


def around(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """A line for people: time, level, text, the rest; a traceback indented so that it forges no line."""
    members = dict(event)
    traceback = members.pop("exception", "")
    first = " ".join(str(members.pop(name, "")) for name in ("timestamp", "level", "event"))
    rest = "".join(f" {name}={value!r}" for name, value in members.items())
    return first + rest + "".join(f"\n    {line}" for line in traceback.splitlines())


def _value(name: str, value: object, depth: int) -> object:
    if name.lower().replace("-", "_") in SECRET_NAMES:
        return MASK
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and -(10**10) < value < 10**10:
        return value
    if name == "exception":
        return "\n".join(_text(line) for line in str(value).split("\n"))
    if depth and isinstance(value, Mapping):
        return {_text(str(key)): _value(str(key), member, depth - 1) for key, member in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_value("", member, depth - 1) for member in value]
    return _text(value if isinstance(value, str) else _shown(value))


def _text(text: str) -> str:
    return redact(printable(text))[:_LONGEST]


def _shown(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001  (a log line must never be what fails)
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
