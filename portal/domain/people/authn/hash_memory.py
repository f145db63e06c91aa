"""How processes that hash passwords are started: with memory in large pages, in one place.

A hash goes through 19 MiB at random. In pages of 4 KiB the processor looks each of them up again
and again; in pages of 2 MiB a hash takes a tenth to a sixth less. The C library reads this once,
when a program starts, so it is given to each by its environment; other libraries ignore it.
"""

from collections.abc import Mapping

NAME = "GLIBC_TUNABLES"
LARGE_PAGES = "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1"
"""One arena: those of further threads are too small for large pages (decision 0100)."""


def with_large_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that hashes; what an operator chose stays."""
    return {NAME: LARGE_PAGES, **environment}
