"""Sets up the log of a process: to standard error, ours from INFO on, others' from WARNING on."""

import logging
import sys
import threading

from portal.platform.logs.lines import JsonLines, LineHandler, TextLines
from portal.settings import Settings

LOG = logging.getLogger("portal.process")


def start_logging(settings: Settings, service: str) -> LineHandler:
    """Log to standard error from now on; ``service`` names this process in each line."""
    handler = LineHandler(sys.stderr)
    lines = JsonLines if settings.log_format == "json" else TextLines
    handler.setFormatter(lines(service))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    # no line of ours names them, and to find them out takes a fifth of a line's time
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # Of others, what is less than a warning may hold an address: httpx logs the one it asks.
    for name in ("portal", "admin"):
        logging.getLogger(name).setLevel(logging.INFO)
    threading.excepthook = _thread_failed
    return handler


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    """Log the end of a thread without the text of its error."""
    name = failed.thread.name if failed.thread is not None else "?"
    trace = (failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback)
    LOG.error("thread %s ended", name, exc_info=trace)
