"""Words about FAX in the staff's language; an unknown code is shown as stored."""

from admin.labels import labels
from admin.marks import Mark, marks
from portal.domain.contacts.faxes.states import (
    CloseReason,
    FaxCaseState,
    FaxReplyState,
    SendingFailure,
)
from portal.domain.foundation.texts import _s

case = labels(FaxCaseState)
reply = labels(FaxReplyState)
failure = labels(SendingFailure)
close_reason = labels(CloseReason)
case_mark = marks({FaxCaseState.ANSWERED: Mark.GOOD, FaxCaseState.IN_WORK: Mark.WAIT})


def said(code: str) -> str:
    """Return the sentence on what was just done with a FAX."""
    return {
        "received": _s("FAXを登録しました。対応は、古い順に始めます。"),
        "started": _s("対応を始めました。FAXを読み、必要なら世帯をさがして確認します。"),
        "prepared": _s(
            "返信を用意しました。送付状と本文を印刷し、番号を見ながら機械で送ってください。"
        ),
        "sent": _s(
            "送ったことを記録しました。上の「作業を終える」で、受付を記録して終えてください。"
        ),
        "failed": _s("送れなかったことを記録しました。一覧のいちばん上に出ます。"),
        "again": _s("もう一度、機械で送ってください。"),
        "discarded": _s("返信を取りやめました。"),
        "closed": _s("返信なしで終わりにしました。"),
    }.get(code, "")


def fax_events() -> dict[str, str]:
    """Return the labels of FAX events, by audit action."""
    return {
        "fax.received": _s("FAXを登録"),
        "fax.started": _s("FAXの対応を始めた"),
        "fax.sender_read": _s("FAXの送り主の番号を見た"),
        "fax.reply_prepared": _s("FAXの返信を用意"),
        "fax.reply_drawn": _s("FAXの返信を印刷用に開いた"),
        "fax.number_read": _s("返信先のFAX番号を見た"),
        "fax.reply_sent": _s("FAXで返信"),
        "fax.reply_failed": _s("FAXの返信を送れなかった"),
        "fax.reply_again": _s("FAXの返信を、もう一度送ることにした"),
        "fax.reply_discarded": _s("FAXの返信を取りやめた"),
        "fax.closed": _s("FAXを、返信なしで終わりにした"),
    }
