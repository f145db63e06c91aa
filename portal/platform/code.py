"""Loads code for good: the collector neither runs meanwhile nor looks at it later.

While code is loaded the collector would go through all of it again and again, up to half of the
time. And it writes to what it looks at: to memory that a forked process shares with its parent.
"""

import gc
import sys
from importlib import import_module
from types import ModuleType


def load(name: str) -> ModuleType:
    """Import a module that stays until the process ends."""
    if name in sys.modules:
        return sys.modules[name]
    runs = gc.isenabled()
    hold_collector()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        if runs:
            gc.enable()


def hold_collector() -> None:
    """Keep the collector from running until ``release_collector``, also in forked processes."""
    gc.disable()


def release_collector() -> None:
    """Let the collector run where it was held; what there is by now stays for good."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
