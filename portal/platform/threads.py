"""Runs handlers in the threads of one pool, so that none of them blocks the event loop."""

import asyncio
import contextvars
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from portal.platform.patience import one_request
from portal.platform.site import Site

WORKERS = 40
"""The most requests that a process handles at once; most of them wait for the database."""
Result = TypeVar("Result")

_POOL = ThreadPoolExecutor(WORKERS, thread_name_prefix="handler")


async def in_thread(site: Site, work: Callable[[], Result]) -> Result:
    """Run work of a request in a thread, in the context of who asks, and wait for it.

    The seconds until a thread was free count among those that the request may wait for the
    database. When the waiting is canceled, the work still runs to its end.
    """
    context, asked = contextvars.copy_context(), time.perf_counter()

    def begin() -> Result:
        waited = time.perf_counter() - asked
        site.meter.waited_for_thread(waited)
        return context.run(_patiently, work, site.database.request, waited)

    return await asyncio.get_running_loop().run_in_executor(_POOL, begin)


def _patiently(work: Callable[[], Result], limit: float, waited: float) -> Result:
    with one_request(limit, waited):
        return work()
