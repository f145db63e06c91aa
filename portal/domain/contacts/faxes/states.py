"""States of a FAX case and of a reply to it, and why one is not answered or not sent."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class FaxCaseState(Labeled):
    """The state of a FAX case."""

    RECEIVED = "received", lambda: _s("対応待ち")
    IN_WORK = "in_work", lambda: _s("対応中")
    ANSWERED = "answered", lambda: _s("返信ずみ")
    CLOSED = "closed", lambda: _s("返信なしで終わり")


RECEIVED, IN_WORK, ANSWERED, CLOSED = FaxCaseState
OPEN = (RECEIVED, IN_WORK)
"""States in which a case is in the queue."""
FAX_CASE = StateMachine(
    "fax_case",
    RECEIVED,
    {
        "start": dict.fromkeys(OPEN, IN_WORK),
        "answer": {IN_WORK: ANSWERED},
        "reopen": {ANSWERED: IN_WORK},
        "close": dict.fromkeys(OPEN, CLOSED),
    },
)


class FaxReplyState(Labeled):
    """The state of a reply by FAX."""

    PREPARED = "prepared", lambda: _s("送信待ち")
    SENT = "sent", lambda: _s("送った")
    FAILED = "failed", lambda: _s("送れなかった")
    DISCARDED = "discarded", lambda: _s("取りやめ")


PREPARED, SENT, FAILED, DISCARDED = FaxReplyState
UNSENT = (PREPARED, FAILED)
"""States of a reply that is not sent; a case has at most one such reply."""
FAX_REPLY = StateMachine(
    "fax_reply",
    PREPARED,
    {
        "send": {PREPARED: SENT},
        # the machine's evening report may correct what its display showed
        "fail": dict.fromkeys((PREPARED, SENT), FAILED),
        "prepare_again": {FAILED: PREPARED},
        "discard": dict.fromkeys(UNSENT, DISCARDED),
    },
)


class SendingFailure(Labeled):
    """The faults that the machine or its evening report names."""

    BUSY = "busy", lambda: _s("話し中")
    NO_ANSWER = "no_answer", lambda: _s("応答なし")
    NO_FAX = "no_fax", lambda: _s("FAXではない（人が出た）")
    BROKEN_OFF = "broken_off", lambda: _s("途中で切れた")
    MACHINE = "machine", lambda: _s("こちらの機械の故障・紙づまり")
    REPORT = "report", lambda: _s("あとの通信レポートで失敗とわかった")


class CloseReason(Labeled):
    """Why a case is closed without a reply by FAX."""

    NO_REPLY = "no_reply", lambda: _s("返事のいらない内容")
    ENTERED = "entered", lambda: _s("申請書だったので、申請として入力した")
    PASSED = "passed", lambda: _s("区に引き継いだ")
    BY_TELEPHONE = "by_telephone", lambda: _s("電話で答えた")
    BY_LETTER = "by_letter", lambda: _s("手紙で答える")
    DUPLICATE = "duplicate", lambda: _s("同じFAXがもうある")
    ADVERTISEMENT = "advertisement", lambda: _s("広告など")
    WRONG_NUMBER = "wrong_number", lambda: _s("まちがって届いた")
    CANNOT_SEND = "cannot_send", lambda: _s("何度送っても届かない")
