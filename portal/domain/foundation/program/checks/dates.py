"""Contradictions among the dates of a program."""

from collections.abc import Iterator

from portal.domain.foundation.program.checks.findings import Finding, Level, error_of, warning_of
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s

JAPAN_POST_KEEPS_DAYS = 7
PEOPLE_ACT_UNTIL = (
    WindowKind.SIGN_IN,
    WindowKind.DELIVERY,
    WindowKind.DECLINE,
    WindowKind.EXCHANGE,
    WindowKind.USE,
)


def check_order_of_days(program: Program) -> Iterator[Finding]:
    """Report every period that ends before it begins."""
    for window in program.windows:
        if window.last_day < window.first_day:
            values = {
                "title": window.kind.label,
                "first": window.first_day.isoformat(),
                "last": window.last_day.isoformat(),
            }
            yield error_of(
                "ends_before_start",
                _s(
                    "「%(title)s」の最後の日(%(last)s)が始まりの日(%(first)s)より前です。"
                    "日付を直してください。"
                )
                % values,
            )
    if program.contract.last_day < program.contract.first_day:
        yield error_of(
            "ends_before_start",
            _s("契約の最後の日が始まりの日より前です。[contract] を直してください。"),
        )


def check_pairs_of_days(program: Program) -> Iterator[Finding]:
    """Report pairs of days that depend on each other and are in the wrong order."""
    days = program.windows
    exchange, sign_in, delivery = (
        days.exchange.last_day,
        days.sign_in.last_day,
        days.delivery.last_day,
    )
    base, sent = program.base_date, days.delivery.first_day
    pairs: tuple[tuple[bool, Level, str, str], ...] = (
        (
            sign_in < exchange,
            Level.ERROR,
            "sign_in_closes_early",
            _s(
                "交換期限(%(exchange)s)より前にサインインが閉じます(%(sign_in)s)。"
                "sign_in_to を交換期限以降にしてください。"
            ),
        ),
        (
            exchange > days.use.last_day,
            Level.ERROR,
            "exchange_after_use",
            _s(
                "交換期限(%(exchange)s)が利用期限(%(use)s)より後です。use_to "
                "を交換期限以降にしてください。"
            ),
        ),
        (
            delivery > exchange,
            Level.ERROR,
            "delivery_after_exchange",
            _s(
                "配送の終わり(%(delivery)s)が交換期限(%(exchange)s)より後です。"
                "届いても使えないので、どちらかを直してください。"
            ),
        ),
        (
            base > sent,
            Level.ERROR,
            "delivery_before_base_date",
            _s("基準日(%(base)s)より前に配送が始まります(%(sent)s)。日付を直してください。"),
        ),
        (
            days.decline.last_day > exchange,
            Level.WARNING,
            "decline_after_exchange",
            _s(
                "辞退の受付(%(decline)sまで)が交換期限(%(exchange)s)の後も続きます。"
                "失効した後の辞退は要らないので、確かめてください。"
            ),
        ),
        (
            sent < days.sign_in.first_day,
            Level.WARNING,
            "letters_before_sign_in",
            _s(
                "サインインの開始(%(opens)s)より前に手紙の配送が始まります(%(sent)s)。"
                "届いてもサインインできない人が出ます。"
            ),
        ),
        (
            sent < days.publicity.first_day,
            Level.WARNING,
            "letters_before_publicity",
            _s("区民への周知(%(public)s)より前に手紙の配送が始まります(%(sent)s)。"),
        ),
    )
    values = {
        "exchange": exchange,
        "sign_in": sign_in,
        "delivery": delivery,
        "use": days.use.last_day,
        "base": base,
        "sent": sent,
        "decline": days.decline.last_day,
        "opens": days.sign_in.first_day,
        "public": days.publicity.first_day,
    }
    for wrong, level, code, sentence in pairs:
        if wrong:
            yield Finding(
                level, code, sentence % {key: day.isoformat() for key, day in values.items()}
            )


def check_closed_days(program: Program) -> Iterator[Finding]:
    """Report last days on which nobody answers the telephone."""
    for kind in PEOPLE_ACT_UNTIL:
        day = program.windows.of(kind).last_day
        staffed = program.calendar.last_staffed_day(until=day)
        if staffed is None or staffed == day:
            continue
        if kind is WindowKind.USE and day > program.calendar.last_day:
            continue  # shops, not the call center, serve people then
        yield warning_of(
            "last_day_unstaffed",
            _s(
                "「%(title)s」の最後の日(%(day)s)は電話がつながりません。"
                "最後につながる日は%(staffed)sです。"
                "手紙と画面にはこの日も載ります。"
            )
            % {"title": kind.label, "day": day.isoformat(), "staffed": staffed.isoformat()},
        )


def check_call_center(program: Program) -> Iterator[Finding]:
    """Report times at which people need the call center while it is closed."""
    calendar, window = program.calendar, program.windows.call_center
    if calendar.last_staffed_day() is None and window.first_day <= window.last_day:
        yield error_of(
            "never_staffed",
            _s(
                "コールセンターの期間に、開いている日が1日もありません。"
                "期間か休みを直してください。"
            ),
        )
    if window.first_day > program.windows.delivery.first_day:
        yield warning_of(
            "call_center_late",
            _s(
                "コールセンターの開始(%(day)s)より前に手紙の配送が始まります。"
                "届いた人が電話をかけられません。"
            )
            % {"day": window.first_day.isoformat()},
        )
    for override in calendar.overrides:
        if not window.first_day <= override.day <= window.last_day:
            yield warning_of(
                "override_outside",
                _s("%(day)sの時間変更は、コールセンターの期間の外なので使われません。")
                % {"day": override.day.isoformat()},
            )
    days = [override.day for override in calendar.overrides]
    for day in sorted({day for day in days if days.count(day) > 1}):
        yield error_of(
            "override_twice",
            _s("%(day)sの時間変更が2つあります。1つにしてください。") % {"day": day.isoformat()},
        )


def check_requests(program: Program) -> Iterator[Finding]:
    """Report requests of the last day whose answer would not arrive in time."""
    for rule in program.request_rules:
        window = program.windows.of(rule.kind)
        derived = rule.derived_last_day(program.calendar)
        values = {
            "title": rule.kind.label,
            "given": window.last_day.isoformat(),
            "derived": derived.isoformat(),
            "target": rule.target.isoformat(),
        }
        if window.last_day > derived:
            yield error_of(
                "request_too_late_to_arrive",
                _s(
                    "「%(title)s」の受付の最後の日(%(given)s)では、"
                    "発送と保管の日数を引くと%(target)sに間に合いません。"
                    "%(derived)s以前にするか、last_day を消してください。"
                )
                % values,
            )
        elif rule.given_last_day is not None and not program.calendar.is_business_day(
            rule.given_last_day
        ):
            yield warning_of(
                "request_last_day_closed",
                _s("「%(title)s」の受付の最後の日(%(given)s)は休みの日です。") % values,
            )
    if any(rule.storage_days < JAPAN_POST_KEEPS_DAYS for rule in program.request_rules):
        yield warning_of(
            "storage_short",
            _s(
                "郵便局の保管(storage_days)が7日より短いと、届かない人が出ます。"
                "郵便局と決めた日数か確かめてください。"
            ),
        )
