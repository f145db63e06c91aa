"""Switch a reserve site on for at most a week, prolong it, and switch it off."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal_json
from portal.domain.foundation.work import Work
from portal.domain.people.sites.models import SiteSwitch
from portal.domain.people.sites.states import SWITCH, SwitchState

LONGEST = timedelta(days=7)
REASON_MAX = 500


class SwitchOrder(Struct, frozen=True):
    """An order to switch a reserve site on: which, why, and until when (UTC, exclusive)."""

    site: str
    reason: str
    ends_at: datetime


def switch_on(work: Work, order: SwitchOrder) -> SiteSwitch:
    """Let agents work from a reserve site for at most a week.

    Raises:
        NotFoundError: no reserve site with this ID is registered.
        InputError: a missing or too long reason (code "reason"), or an impossible end (code
            "ends_at").
        ConflictError: it is on already.
    """
    site, reason, ends_at = order.site, order.reason.strip(), order.ends_at
    if not any(place.id == site and place.is_reserve for place in work.program.workplaces):
        raise NotFoundError(_s("この予備の拠点は、登録されていません。"))
    if not reason or len(reason) > REASON_MAX:
        raise InputError(
            _s("切り替える理由を、%(most)d文字までで書いてください。") % {"most": REASON_MAX},
            code="reason",
        )
    _check_end(ends_at, work.now)
    _end_earlier(work, site)
    key, wrapped = work.vault.new_data_key()
    row = SiteSwitch(
        site=site,
        on_at=work.now,
        on_by=work.actor.id,
        ends_at=ends_at,
        wrapped_key=wrapped,
        sealed=seal_json(key, {"reason": reason}, f"site_switch:{site}"),
    )
    try:
        with work.session.begin_nested():
            work.session.add(row)
            work.session.flush()
    except IntegrityError:
        raise ConflictError(_already_on()) from None
    record(work, "site.switched_on", "site_switch", row.id, site=site, until=ends_at.isoformat())
    return row


def _end_earlier(work: Work, site: str) -> None:
    earlier = select(SiteSwitch).where(SiteSwitch.site == site, SiteSwitch.state == SwitchState.ON)
    for row in work.session.scalars(earlier.with_for_update()):
        if row.ends_at > work.now:
            raise ConflictError(_already_on())
        _run_out(work, row)
    work.session.flush()


def _already_on() -> str:
    return _s("この拠点は、もう使えるようになっています。")


def _check_end(ends_at: datetime, now: datetime) -> None:
    if ends_at <= now:
        raise InputError(_s("終わりは、いまより後の日時にしてください。"), code="ends_at")
    if ends_at > now + LONGEST:
        raise InputError(
            _s("終わりは、7日以内にしてください。続けるときは、終わる前に延ばせます。"),
            code="ends_at",
        )


def prolong(work: Work, switch_id: int, ends_at: datetime) -> SiteSwitch:
    """Move the end of a site that is on; again to at most a week from now.

    Raises:
        NotFoundError: no period has this key.
        WrongStateError: it is off, or its time has passed.
        InputError: an impossible end (code "ends_at").
    """
    row = _locked(work.session, switch_id)
    if row.ends_at <= work.now and row.state == SwitchState.ON:
        _run_out(work, row)
    row.state = SWITCH.next(row.state, "prolong")
    _check_end(ends_at, work.now)
    row.ends_at = ends_at
    record(work, "site.prolonged", "site_switch", row.id, site=row.site, until=ends_at.isoformat())
    return row


def switch_off(work: Work, switch_id: int) -> SiteSwitch:
    """Close a reserve site at once; whoever is signed in from there is refused at the next request.

    Raises:
        NotFoundError: no period has this key.
        WrongStateError: it is off already.
    """
    row = _locked(work.session, switch_id)
    row.state = SWITCH.next(row.state, "switch_off")
    row.off_at, row.off_by = work.now, work.actor.id
    record(work, "site.switched_off", "site_switch", row.id, site=row.site)
    return row


def end_due(work: Work) -> int:
    """Record the sites whose time has passed, and return how many.

    They closed at that instant already.
    """
    rows = work.session.scalars(
        select(SiteSwitch)
        .where(SiteSwitch.state == SwitchState.ON, SiteSwitch.ends_at <= work.now)
        .with_for_update()
    ).all()
    for row in rows:
        _run_out(work, row)
    return len(rows)


def _run_out(work: Work, row: SiteSwitch) -> None:
    row.state = SWITCH.next(row.state, "run_out")
    row.off_at = row.ends_at
    record(work.acting_as(SYSTEM), "site.ran_out", "site_switch", row.id, site=row.site)


def _locked(session: Session, switch_id: int) -> SiteSwitch:
    row = session.get(SiteSwitch, switch_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この切り替えは見つかりませんでした。"))
    return row
