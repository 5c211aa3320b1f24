"""What many processes of one parent share of its memory, and what each gives back."""

import ctypes
import gc

#: mallopt(3), <malloc.h>.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE = 1024 * 1024


def settle() -> None:
    """Before the first fork: what is loaded stays, and large blocks go back when they are free.

    The collector writes into each object it looks at, which would make every shared page a private one. And
    glibc learns from the first freed block of a password hash (19 MiB) to keep such blocks, one for each of
    several arenas and process; a fixed threshold keeps it from that, and costs a hash nothing measurable.
    """
    gc.collect()
    gc.freeze()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_TRIM_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, 2)
