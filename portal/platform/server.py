"""Runs the server of a site, whose processes share what they load: code is read before they part.

``python -m portal.platform.server MODULE:FACTORY --workers N OPTIONS`` takes granian's options.
"""

import sys

from granian.cli import entrypoint

from portal.platform.code import hold_collector, load


def main() -> None:
    """Load a site's code, and start granian, whose processes are forked from this one.

    A forked process shares the memory of its parent until either writes to it. Nothing that a
    process must have for itself, a thread or a connection, is made while code is loaded. A process
    that is alone has nobody to share with, and loads its code itself. Each lets the collector run
    once its site is made; this process, which only waits for them, never does.
    """
    hold_collector()
    if int(sys.argv[sys.argv.index("--workers") + 1]) > 1:
        load(sys.argv[1].partition(":")[0])
    entrypoint()  # type: ignore[no-untyped-call]  # granian leaves it without types


if __name__ == "__main__":
    main()
