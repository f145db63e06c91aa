"""Where handlers run.

In threads of one pool, each with its own transaction, so that no handler stops the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 40
"""As many requests as a process works on at once; most of them wait for the database."""
Result = TypeVar("Result")

_POOL = ThreadPoolExecutor(WORKERS, thread_name_prefix="handler")


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run work in a thread and wait for it.

    When the waiting is cut off, the work still goes on to its end.
    """
    return await asyncio.get_running_loop().run_in_executor(_POOL, work)
