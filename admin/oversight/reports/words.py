"""Labels of call counts and monthly reports, in the staff's language.

An unknown code is shown as stored.
"""

from collections.abc import Mapping
from datetime import date

from portal.domain.foundation.program.day_text import weekday_name as weekday
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.monthly.states import ReportState

__all__ = ["weekday"]


def source(code: str) -> str:
    """Return the label of the source of a day's counts."""
    return {"file": _s("ファイル"), "typed": _s("日別の入力")}.get(code, code)


def reason(code: str | None) -> str:
    """Return the label of why a day's counts were replaced."""
    return {
        "corrected": _s("電話のシステムの数字が直った"),
        "mistake": _s("入力や選んだファイルがまちがっていた"),
        "file_came": _s("入力した日を、あとから来たファイルに置き換える"),
        "not_over": _s("その日の途中の数字だった"),
    }.get(code or "", code or "")


def number(code: str) -> str:
    """Return the label of a number typed for a day."""
    return {
        "offered": _s("着信"),
        "answered": _s("応答"),
        "abandoned": _s("放棄"),
        "within": _s("時間内の応答"),
        "talk": _s("通話（秒）"),
        "after_call": _s("後処理（秒）"),
    }.get(code, code)


def layout(name: str) -> str:
    """Return the name of a file layout.

    The shipped ones in the reader's language, a program's own as in its file.
    """
    return {
        "30分ごと・言語別": _s("30分ごと・言語別"),
        "30分ごと・回線別": _s("30分ごと・回線別"),
    }.get(name, name)


def mark(code: str) -> str:
    """Return the kind of mark of a report's state."""
    marks: Mapping[str, str] = {ReportState.DRAFT: "wait", ReportState.SUBMITTED: "good"}
    return marks.get(code, "plain")


def month(day: date) -> str:
    """Return the label of a month."""
    return _s("%(year)s年%(month)s月") % {"year": day.year, "month": day.month}


def said(code: str) -> str:
    """Return the sentence on what was just done."""
    return {
        "stored": _s("数字を入れました。"),
        "same": _s("同じ数字が、もう入っています。変わったものはありません。"),
        "written": _s("書いた内容を保存しました。"),
        "noted": _s("報告書にのせました。"),
        "dropped": _s("報告書から外しました。"),
        "checked": _s("確認ずみにしました。ほかの人が提出します。"),
        "submitted": _s("提出ずみにしました。この版は、このまま残ります。"),
        "given_back": _s("下書きに戻しました。"),
        "revised": _s("新しい版の下書きを始めました。提出した版は、このまま残ります。"),
    }.get(code, "")
