"""A worker ends with the server that started it, however that one ends."""

import logging
import os
import signal
import threading
import time

LOG = logging.getLogger("portal.start")
LOOK_EVERY, PATIENCE = 0.5, 8.0
"""Seconds. A killed server's workers would go on serving, an old version beside the new one."""


def end_with_parent() -> None:
    """Watch the parent process from a thread; when it is gone, end as by SIGTERM."""
    threading.Thread(target=_watch, args=(os.getppid(),), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    LOG.error("the server was killed: this worker ends")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)
