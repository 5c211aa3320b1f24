"""Logs for operators: one structured line an occurrence, personal and secret values masked.

Owns: the shape of log lines, masking, escaping, the levels of chatty libraries.
Not here: what must be answered for (``idp.audit``), numbers (``idp.metrics``).
"""

import logging

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.types import Processor

from idp.journal.lines import StandardError, around, masked, named_request

__all__ = ["configure", "logger"]

#: Authlib logs whole tokens at DEBUG; requests and urllib3 log addresses with their queries.
_QUIET = ("alembic", "authlib", "requests", "urllib3")

_BEFORE: tuple[Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    named_request,
)

_handler: logging.Handler | None = None


def configure(level: str, *, json: bool) -> None:
    """Write all logs of this process to standard error, from ``level`` on; JSON for machines."""
    global _handler
    root = logging.getLogger()
    if _handler is not None:
        root.removeHandler(_handler)
    _handler = StandardError()
    _handler.setFormatter(_formatter(json))
    root.addHandler(_handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_BEFORE, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> BoundLogger:
    """The log of a package: ``journal.logger(__name__).info("key rotated", key_id=kid)``."""
    log: BoundLogger = structlog.stdlib.get_logger(name)
    return log


def _formatter(json: bool) -> ProcessorFormatter:
    """One formatter for our lines and for those of libraries, so that none escapes the mask."""
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False) if json else around
    return ProcessorFormatter(
        foreign_pre_chain=_BEFORE,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            masked,
            renderer,
        ],
    )
