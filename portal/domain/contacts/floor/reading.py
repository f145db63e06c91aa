"""Read what the telephone system tells of a call: one small object of JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from portal.domain.contacts.floor.signing import TOLERANCE
from portal.domain.contacts.floor.states import LineEvent
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.notices.phones import parse_mobile

LONGEST_NAME = 200
EXTENSION = re.compile(r"[A-Za-z0-9]{1,10}")
OLDEST = timedelta(hours=1)
"""What happened longer ago is of no use to the floor."""
_AT_A_SEAT = (LineEvent.RINGING, LineEvent.ANSWERED)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a call; ``caller`` is a mobile number (``+8190…``), or "".

    ``call`` is the call's name in the telephone system, ``extension`` the seat of a call that rings
    or was answered.
    """

    call: str = field(repr=False)
    kind: LineEvent
    at: datetime
    extension: str = ""
    caller: str = field(default="", repr=False)


def read_event(body: bytes, now: datetime) -> Told:
    """Return what an event tells; keys that are not known are passed over.

    A number that no family can have enrolled (landline, abroad, withheld) is not kept: it would
    find nobody.

    Raises:
        InputError: no JSON object of this form, or it happened too long ago or in the future.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise _unreadable("body") from None
    if not isinstance(content, Mapping):
        raise _unreadable("body")
    kind = LineEvent.known(content.get("event"))
    if kind is None:
        raise _unreadable("event")
    call = content.get("call")
    if not isinstance(call, str) or not 0 < len(call) <= LONGEST_NAME:
        raise _unreadable("call")
    return Told(call, kind, _instant(content, now), _extension(content, kind), _caller(content))


def _instant(content: Mapping[str, object], now: datetime) -> datetime:
    seconds = content.get("at")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < 2**40:
        raise _unreadable("at")
    at = datetime.fromtimestamp(min(seconds, int(now.timestamp()) + 10**6), UTC)
    if not now - OLDEST <= at <= now + TOLERANCE:
        raise _unreadable("at")
    return min(at, now)


def _extension(content: Mapping[str, object], kind: LineEvent) -> str:
    if kind not in _AT_A_SEAT:
        return ""
    extension = content.get("extension")
    if not isinstance(extension, str) or not EXTENSION.fullmatch(extension):
        raise _unreadable("extension")
    return extension


def _caller(content: Mapping[str, object]) -> str:
    caller = content.get("caller", "")
    if not isinstance(caller, str):
        raise _unreadable("caller")
    try:
        return parse_mobile(caller)
    except InputError:
        return ""


def _unreadable(key: str) -> InputError:
    return InputError(
        _s("電話のシステムの知らせの「%(key)s」が読めません。") % {"key": key}, code=key
    )
