"""Numbers of what happened: counted once from the record by the worker, read by the console in one statement.

Owns: what of an event is counted under which heading, the counters by hour and day, how long they are kept.
Not here: the record itself (``idp.audit``), numbers about the running server (``idp.metrics``).
"""

from idp.statistics.queries import periods, portals, read, series
from idp.statistics.statistic import CAUSES, TOOK, Span, middle, scope_of

__all__ = ["CAUSES", "TOOK", "Span", "middle", "periods", "portals", "read", "scope_of", "series"]
