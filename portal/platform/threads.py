"""Runs handlers in the threads of one pool, so that none of them blocks the event loop."""

import asyncio
import contextvars
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 40
"""The most requests that a process handles at once; most of them wait for the database."""
Result = TypeVar("Result")

_POOL = ThreadPoolExecutor(WORKERS, thread_name_prefix="handler")


async def in_thread(work: Callable[[], Result], waited: Callable[[float], None]) -> Result:
    """Run work in a thread, in the context of who asks, and wait for it.

    ``waited`` is told the seconds until a thread was free. When the waiting is canceled, the work
    still runs to its end.
    """
    context, asked = contextvars.copy_context(), time.perf_counter()

    def begin() -> Result:
        waited(time.perf_counter() - asked)
        return context.run(work)

    return await asyncio.get_running_loop().run_in_executor(_POOL, begin)
