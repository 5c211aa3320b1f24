"""Who may wait for others: any thread but the one that runs the event loop (decision 0010)."""

import asyncio


class Waits(Exception):
    """What was begun has to wait and has changed nothing yet: begin it again in a thread that may."""


def ahead() -> None:
    """Say that a wait comes; raises ``Waits`` in the event loop, which would stand still for everybody."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise Waits
