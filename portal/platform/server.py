"""Runs the server of a site, whose processes share what they load: code is read before they part.

``python -m portal.platform.server MODULE:FACTORY OPTIONS`` takes granian's options.
"""

import gc
import sys
from importlib import import_module

from granian.cli import entrypoint


def main() -> None:
    """Load a site's code, and start granian, whose processes are forked from this one.

    A forked process shares the memory of its parent until either writes to it. The collector
    writes to whatever it looks at, so what was loaded is frozen: it is there for good. Nothing that
    a process must have for itself, a thread or a connection, is made while code is loaded.
    """
    gc.disable()
    import_module(sys.argv[1].partition(":")[0])
    gc.collect()
    gc.freeze()
    gc.enable()
    entrypoint()  # type: ignore[no-untyped-call]  # granian leaves it without types


if __name__ == "__main__":
    main()
