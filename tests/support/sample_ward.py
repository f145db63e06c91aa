"""The ward of the sample program, in the days in which most tests play."""

from datetime import date
from functools import cache

from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program


@cache
def sample_program() -> Program:
    """Return the sample ward's program, read once a run."""
    return load_program("sample", date(2023, 7, 3))
