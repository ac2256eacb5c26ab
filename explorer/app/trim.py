"""Memory that nobody uses goes back to the system.

glibc gives each of the threads that answer people a heap of its own and keeps what was freed
there: of 1300 MB that a class of eight left resident, 700 were free. Four heaps, the largest blocks
outside of them, and a look at what is free now and then hold the app at what it uses. Elsewhere
than on glibc nothing is done.
"""

import ctypes
import threading
import time
from collections.abc import Callable

HEAPS = 4
# Bytes of a block that is taken from the system, and given back to it, by itself: the most that
# glibc allows. The system fills such a block page by page: with 1 MB a batch of 64 took twice as
# long in PyTorch.
LARGE = 32 * 2**20
SPARE = 8 * 2**20  # bytes of free memory at the end of a heap that are kept
EVERY = 10.0  # seconds

# mallopt's names for them, of malloc.h
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8


def settle() -> None:
    """Set the allocator, before there are threads."""
    if mallopt := _glibc("mallopt"):
        for option, value in ((ARENA_MAX, HEAPS), (MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, SPARE)):
            mallopt(option, value)


def give_back() -> None:
    """Give free memory back now; other threads go on."""
    if trim := _glibc("malloc_trim"):
        trim(0)


def keep_on() -> None:
    """Give free memory back every few seconds, as long as the process lives."""

    def loop() -> None:
        while True:
            time.sleep(EVERY)
            give_back()

    if _glibc("malloc_trim"):
        threading.Thread(target=loop, name="trim", daemon=True).start()


def _glibc(name: str) -> Callable[..., int] | None:
    try:
        return getattr(ctypes.CDLL("libc.so.6"), name)
    except (OSError, AttributeError):
        return None
