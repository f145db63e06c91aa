"""Loads code for good: the collector neither runs meanwhile nor looks at it later."""

import gc
import sys
from importlib import import_module
from types import ModuleType


def load(name: str) -> ModuleType:
    """Import a module, and freeze what was loaded.

    Code stays until the process ends. While it is loaded, the collector would go through all of it
    again and again, a quarter of the time, and it would write to pages of memory that a forked
    process shares with its parent.
    """
    if name in sys.modules:
        return sys.modules[name]
    on = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        if on:
            gc.enable()
