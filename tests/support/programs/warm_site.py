"""``portal serve`` in a process that has read the sites' modules already.

It does what the command does, but that it runs the server in its own process instead of becoming
it: `SITE PORT`.
"""

import os
import runpy
import sys

from portal.cli.serve import prepared
from portal.settings import load_settings


def main(site: str, port: str) -> None:
    """Serve a site until a signal ends it."""
    (_python, _m, server, *options), handed_on = prepared(
        load_settings(os.environ), site, "127.0.0.1", int(port)
    )
    os.environ.clear()
    os.environ.update(handed_on)
    sys.argv = [server, *options]
    runpy.run_module(server, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
