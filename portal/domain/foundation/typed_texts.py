"""Checks of typed texts and days, and of who may write or decide."""

from datetime import date, datetime

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s

SHORT, LONG, NUMBER_MAX = 100, 4_000, 40


def required(text: str, field: str, most: int = LONG) -> str:
    """Return a typed text without surrounding blanks.

    Raises InputError, whose code is the field's name, if it is missing or too long.
    """
    found = optional(text, field, most)
    if not found:
        raise InputError(_s("入力してください。"), code=field)
    return found


def optional(text: str, field: str, most: int = LONG) -> str:
    """Return a typed text without surrounding blanks, "" if there is none.

    Raises InputError, whose code is the field's name, if it is too long.
    """
    found = text.replace("\r\n", "\n").strip()
    if len(found) > most:
        raise InputError(_s("%(most)d文字までで入力してください。") % {"most": most}, code=field)
    return found


def past_day(day: date, field: str, now: datetime) -> date:
    """Return a day that is not in the future. Raises InputError."""
    if day > jst_date(now):
        raise InputError(_s("未来の日付です。日付を確かめてください。"), code=field)
    return day


def writer(actor: Actor) -> int:
    """Return the account that writes. Raises NotAllowedError for an actor without one."""
    if actor.id is None:
        raise NotAllowedError(_s("保存できるのは、アカウントのある職員だけです。"))
    return actor.id


def of_the_ward(actor: Actor) -> int:
    """Return the account of the ward that decides. Raises NotAllowedError for anybody else."""
    if actor.id is None or actor.organization is not Organization.WARD:
        raise NotAllowedError(_s("区の職員だけができます。"))
    return actor.id
