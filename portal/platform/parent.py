"""A worker ends with the server that started it, however that one ends."""

import logging
import os
import signal
import threading
import time

LOG = logging.getLogger("portal.start")
LOOK_EVERY, PATIENCE = 0.5, 8.0
"""Seconds. A killed server's workers would go on serving, an old version beside the new one."""


SERVER = "SITE_SERVER"
"""The variable in which ``portal serve`` hands its process number on to the workers."""


def end_with_parent() -> None:
    """Watch the parent process from a thread; when it is gone, end as by SIGTERM.

    A server that was killed before this worker looked is known by the number that it handed on.
    """
    parent = int(os.environ.get(SERVER) or os.getppid())
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    LOG.error("the server was killed: this worker ends")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)
