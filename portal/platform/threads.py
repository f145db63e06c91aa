"""Runs handlers in the threads of one pool, so that none of them blocks the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 40
"""The most requests that a process handles at once; most of them wait for the database."""
Result = TypeVar("Result")

_POOL = ThreadPoolExecutor(WORKERS, thread_name_prefix="handler")


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run work in a thread and wait for it.

    When the waiting is canceled, the work still runs to its end.
    """
    return await asyncio.get_running_loop().run_in_executor(_POOL, work)
