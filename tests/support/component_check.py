"""Who looked for known faults of the components, when, and which of them is past its days.

Nothing here reaches a list of faults: whoever maintains the portal compares on a machine that does,
and notes it in ``CHECK``. A release is refused for components that nobody looked at, or that should
have been mended by now (`.github/guides/protection.md`).
"""

import hashlib
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

CHECK = ".github/components.toml"
LOCKS = ("requirements.lock", ".docker/aws.lock", ".docker/twilio.lock", ".docker/build.lock")
"""What a wheel or an image may have inside, and what builds it."""
GOOD_FOR = timedelta(days=7)


class FaultKind(StrEnum):
    """How bad a known fault is, and within how many days it is mended or its component replaced."""

    LETS_IN = "lets_in"
    """It lets somebody in, or shows personal data."""
    SERIOUS = "serious"
    OTHER = "other"

    @property
    def days(self) -> int:
        """Days since it was known."""
        return {FaultKind.LETS_IN: 3, FaultKind.SERIOUS: 14, FaultKind.OTHER: 90}[self]


def locked(clone: Path) -> str:
    """Return the digest of what a clone locks, as ``CHECK`` names it."""
    return hashlib.sha256(b"".join((clone / lock).read_bytes() for lock in LOCKS)).hexdigest()


def component_refusals(clone: Path, today: date) -> Iterator[str]:
    """Yield why the components of a clone may not be released, each with the next step."""
    digest = locked(clone)
    noted = clone / CHECK
    how = (
        f"Compare {', '.join(LOCKS)} with the advisories (.github/guides/protection.md), "
        f"and write {CHECK}: "
        f'checked_on = {today}, lock = "{digest}", and for each fault that is not mended a '
        f"[[fault]] with advisory, component, kind ({', '.join(FaultKind)}) and known_on."
    )
    if not noted.is_file():
        yield f"Nobody noted who looked for faults of the components. {how}"
        return
    try:
        found = tomllib.loads(noted.read_text("utf-8"))
        checked_on, lock = _day(found["checked_on"]), str(found["lock"])
        overdue = [line for fault in found.get("fault", ()) for line in _overdue(fault, today)]
    except (KeyError, ValueError, TypeError) as error:
        yield f"{CHECK} cannot be read ({error}). {how}"
        return
    if lock != digest:
        yield f"{CHECK} is about other components than {', '.join(LOCKS)}. {how}"
    elif not timedelta(0) <= today - checked_on <= GOOD_FOR:
        yield f"Faults were last looked for on {checked_on}, not within {GOOD_FOR.days} days. {how}"
    if overdue:
        yield "These faults should have been mended: " + "; ".join(overdue)


def _overdue(fault: dict[str, object], today: date) -> Iterator[str]:
    kind, known_on = FaultKind(str(fault["kind"])), _day(fault["known_on"])
    last = known_on + timedelta(days=kind.days)
    if today > last:
        yield f"{fault['component']}: {fault['advisory']}, by {last}"


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise TypeError(f"no date: {value}")
    return value
