"""Labels of states, results and reasons of FAX in the staff's language.

An unknown code is shown as stored.
"""

from portal.domain.foundation.texts import _s


def case(code: str) -> str:
    """Return the label of a FAX case's state."""
    return {
        "received": _s("対応待ち"),
        "in_work": _s("対応中"),
        "answered": _s("返信ずみ"),
        "closed": _s("返信なしで終わり"),
    }.get(code, code)


def reply(code: str | None) -> str:
    """Return the label of a reply's state."""
    return {
        "prepared": _s("送信待ち"),
        "sent": _s("送った"),
        "failed": _s("送れなかった"),
        "discarded": _s("取りやめ"),
    }.get(code or "", code or "")


def failure(code: str | None) -> str:
    """Return the label of the machine's fault."""
    return {
        "busy": _s("話し中"),
        "no_answer": _s("応答なし"),
        "no_fax": _s("FAXではない（人が出た）"),
        "broken_off": _s("途中で切れた"),
        "machine": _s("こちらの機械の故障・紙づまり"),
        "report": _s("あとの通信レポートで失敗とわかった"),
    }.get(code or "", code or "")


def close_reason(code: str | None) -> str:
    """Return the label of why no reply goes out by FAX."""
    return {
        "no_reply": _s("返事のいらない内容"),
        "entered": _s("申請書だったので、申請として入力した"),
        "passed": _s("区に引き継いだ"),
        "duplicate": _s("同じFAXがもうある"),
        "advertisement": _s("広告など"),
        "wrong_number": _s("まちがって届いた"),
        "by_telephone": _s("電話で答えた"),
        "by_letter": _s("手紙で答える"),
        "cannot_send": _s("何度送っても届かない"),
    }.get(code or "", code or "")


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
