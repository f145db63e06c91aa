"""The budget of SMS: how many codes the program sends by SMS in an hour, and the brake (A25).

Each SMS costs money, and whoever holds many letters could have the site send them without end.
From four fifths of the budget on staff are told. When it is spent the brake is on: browsers that
are not known for their ID get no code by SMS until the hour's count falls, while known ones go on.
An officer may double the budget for the rest of the day.
"""

from datetime import datetime, time, timedelta

from msgspec import Struct

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.site_counts import held_until
from portal.domain.people.authn.sms_count import SENT, SPENT_KEY
from portal.domain.people.signin import site_alarms
from portal.domain.people.signin.site_alarms import Alarm
from portal.domain.people.tasks.kinds import TaskKind

LOW_PERCENT = 80
RAISED_KEY = "t7b:raised"
LOW = Alarm("t7b:low", "sms.budget_low", TaskKind.SMS_BUDGET_LOW, timedelta(hours=1))
SPENT = Alarm(SPENT_KEY, "sms.budget_spent", TaskKind.SMS_BUDGET_SPENT, timedelta(hours=1))


class RaiseReason(Labeled):
    """Why the budget is too small today: never free words, which could name somebody."""

    FIRST_DAYS = "first_days", lambda: _s("手紙が届いた直後の混雑")
    LAST_DAYS = "last_days", lambda: _s("期限の前の混雑")
    IN_THE_NEWS = "in_the_news", lambda: _s("広報や報道のあとの混雑")
    OTHER = "other", lambda: _s("そのほか（管理者が攻撃でないと確かめた）")


class SmsBudget(Struct, frozen=True):
    """What was sent by SMS in the last hour, and what may be.

    ``raised_until`` is the instant (UTC) at which a raised budget ends; None if it is not raised.
    """

    sent: int
    per_hour: int
    raised_until: datetime | None

    @property
    def allowed(self) -> int:
        """Messages that may be sent in an hour now."""
        return self.per_hour * 2 if self.raised_until is not None else self.per_hour

    @property
    def percent(self) -> int:
        """How much of the budget is spent, in whole percent."""
        return 100 * self.sent // self.allowed

    @property
    def is_low(self) -> bool:
        """Whether staff are told: four fifths are spent."""
        return self.percent >= LOW_PERCENT

    @property
    def is_spent(self) -> bool:
        """Whether the brake is on."""
        return self.sent >= self.allowed


def budget(work: Work) -> SmsBudget:
    """Return how the budget stands; counts nothing."""
    raised = held_until(work.session, RAISED_KEY, work.now)
    sent = SENT.total(work.session, work.now)
    return SmsBudget(sent, work.program.channels.sms_per_hour, raised)


def braked_until(work: Work, *, known_device: bool) -> datetime | None:
    """Return until when this browser gets no code by SMS; None if it gets one now.

    It is longer if others go on sending, and shorter if an officer raises the budget.
    """
    if known_device or not (stands := budget(work)).is_spent:
        return None
    return SENT.falls_below(work.session, stands.allowed, work.now)


def note_sms(work: Work) -> None:
    """Count an SMS that goes out, and tell staff when the budget is nearly or wholly spent."""
    SENT.add(work.session, work.now)
    stands = budget(work)
    figures = {"sent": stands.sent, "allowed": stands.allowed}
    if stands.is_low:
        site_alarms.hold(work, LOW, figures)
    if stands.is_spent:
        site_alarms.hold(work, SPENT, figures)


def raise_for_today(work: Work, reason: RaiseReason) -> None:
    """Double the budget until midnight (JST): parents wait, and it is no attack.

    Raises:
        WrongStateError: it is raised already.
    """
    if held_until(work.session, RAISED_KEY, work.now) is not None:
        raise WrongStateError(_s("今日の上限は、もう上げてあります。"))
    midnight = datetime.combine(jst_date(work.now) + timedelta(days=1), time(), JST)
    row = work.session.get(ThrottleBucket, RAISED_KEY, with_for_update=True)
    if row is None:
        row = ThrottleBucket(key=RAISED_KEY, window_start=work.now, count=0, total=0)
        work.session.add(row)
    row.blocked_until = midnight
    row.expires_at = midnight + timedelta(days=1)
    work.session.flush()
    record(work, "sms.budget_raised", "site", reason=reason.value)
