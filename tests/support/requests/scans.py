"""Files that were looked at already, for tests that are about something else."""

from functools import cache

from portal.domain.requests.requests.scans import CheckedScan, burn_in, check_scan


@cache
def checked(data: bytes) -> CheckedScan:
    """What the reader of foreign files says; it starts a process, so each file is read once."""
    return burn_in(check_scan(data))
