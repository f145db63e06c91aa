"""Redelivery in words for residents: why not now, what else is possible, and the steps."""

from datetime import date

from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_start
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _, _n
from portal.domain.letters.letters.orders import living_letter
from portal.domain.letters.shipments.queries import latest_of_letter, shipment
from portal.domain.letters.shipments.words import where
from portal.domain.requests.redeliveries.letter_status import Bar, LetterStatus
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import redelivery_of
from portal.domain.requests.redeliveries.states import MissingItem, RedeliveryState
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.steps import Step


def bar_text(status: LetterStatus) -> str:
    """Return why it cannot be asked for now, and what to do instead; "" where it can."""
    match status.bar:
        case None:
            return ""
        case Bar.NOT_SENT:
            return _("まだ送っていません。届くまで、もう少しお待ちください。")
        case Bar.ASKED:
            number = status.asked.receipt_no if status.asked is not None else ""
            return _("再配送を、もう受け付けています。受付番号は %(number)s です。") % {
                "number": number
            }
        case Bar.LIMIT:
            return _limit_text(status.used)
        case Bar.AT_POST_OFFICE:
            return _post_office_text(status.kept_until)
        case Bar.DELIVERED:
            return _(
                "郵便局の記録では、届いています。家族の方が受け取っていないか、"
                "たしかめてください。見つからないときは、コールセンターにお電話ください。"
            )
        case Bar.ON_THE_WAY if status.next_day is not None:
            return _(
                "届けている途中かもしれません。%(day)sになっても届かないときに、申し込めます。"
            ) % {"day": format_day(status.next_day)}
        case Bar.ON_THE_WAY:
            return _(
                "届けている途中かもしれません。届かないときは、コールセンターにお電話ください。"
            )


def _limit_text(count: int) -> str:
    return _n(
        "再配送は%(count)d回までです。もう送れません。"
        "コールセンターに電話するか、区の窓口に来てください。受け取り方を、"
        "いっしょに考えます。",
        "再配送は%(count)d回までです。もう送れません。"
        "コールセンターに電話するか、区の窓口に来てください。受け取り方を、"
        "いっしょに考えます。",
        count,
    ) % {"count": count}


def _post_office_text(kept_until: date | None) -> str:
    if kept_until is None:
        return _("郵便局が預かっています。不在連絡票を見て、郵便局に再配達を頼んでください。")
    return _(
        "郵便局が、%(day)sまで預かっています。不在連絡票を見て、郵便局に再配達を頼んでください。"
    ) % {"day": format_day(kept_until)}


def said_text(status: LetterStatus) -> str:
    """Return the same as ``bar_text`` for a person who is on the telephone: not to call."""
    match status.bar:
        case Bar.LIMIT:
            count = status.used
            return _n(
                "再配送は%(count)d回までです。もう送れません。どうすれば受け取れるかを、"
                "区に確かめます。",
                "再配送は%(count)d回までです。もう送れません。どうすれば受け取れるかを、"
                "区に確かめます。",
                count,
            ) % {"count": count}
        case Bar.DELIVERED:
            return _(
                "郵便局の記録では、届いています。家族の方が受け取っていないか、"
                "たしかめてください。見つからないときは、区に確かめます。"
            )
        case Bar.ON_THE_WAY if status.next_day is None:
            return _("届けている途中かもしれません。届かないときは、どうするかを区に確かめます。")
        case _other:
            return bar_text(status)


def steps_of(session: Session, request: Request) -> tuple[Step, ...]:
    """Return what happened and what comes next, in the resident's language."""
    row = redelivery_of(session, request.id)
    steps = [Step(request.received_at, _("申し込みを受け付けました。"))]
    if row.confirmed_at is not None:
        steps.append(Step(row.confirmed_at, _("ご自身の申し込みだと、確かめました。")))
    match row.state:
        case RedeliveryState.SUBMITTED if request.state == RequestState.WITH_RESIDENT:
            steps.append(
                Step(
                    None,
                    _("ご自身の申し込みかどうか、答えてください。答えるまで、手紙は送りません。"),
                )
            )
        case RedeliveryState.SUBMITTED:
            steps.append(
                Step(
                    None,
                    _("担当者が、%(day)sごろまでに確かめます。")
                    % {"day": format_day(request.due_on)},
                )
            )
        case RedeliveryState.APPROVED:
            steps.append(Step(row.decided_at, _("もう一度送ることに決まりました。")))
            steps.append(Step(None, _to_come(row)))
        case RedeliveryState.FULFILLED:
            steps.append(Step(row.decided_at, _("もう一度送ることに決まりました。")))
            steps += _sent_steps(session, request, row)
        case RedeliveryState.REFUSED:
            steps.append(Step(row.decided_at, _("もう一度送ることは、できませんでした。")))
        case _withdrawn:
            steps.append(Step(request.closed_at, _("取り下げました。")))
    return tuple(steps)


def _to_come(row: Redelivery) -> str:
    if row.item == MissingItem.LETTER:
        return _(
            "次の印刷で、新しいIDとパスワードの手紙を作ります。それまでは、前の手紙も使えます。"
        )
    return _("荷物を、もう一度送る準備をします。")


def _sent_steps(session: Session, request: Request, row: Redelivery) -> list[Step]:
    if row.item != MissingItem.LETTER:
        sent = shipment(session, row.shipment_id)
        return [
            Step(request.closed_at, _("荷物を、もう一度送りました。")),
            *([Step(None, where(sent))] if sent else []),
        ]
    steps = [
        Step(
            request.closed_at,
            _("新しい手紙を印刷しました。前の手紙のパスワードは、使えなくなりました。"),
        )
    ]
    letter = living_letter(session, request.household_id or 0)
    posting = latest_of_letter(session, letter.id) if letter is not None else None
    if posting is not None and posting.posted_on is not None:
        steps.append(Step(day_start(posting.posted_on), _("新しい手紙を、郵便局に渡しました。")))
    else:
        steps.append(Step(None, _("まもなく、新しい手紙を送ります。")))
    return steps
