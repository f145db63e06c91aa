"""What the pages of call counts and monthly reports call months, layouts and finished steps."""

from datetime import date

from admin.marks import Mark, marks
from portal.domain.foundation.program.day_text import weekday_name as weekday
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.monthly.due import Stage
from portal.domain.oversight.reports.monthly.states import ReportState

__all__ = ["weekday"]


def layout(name: str) -> str:
    """Return the name of a file layout in the reader's language.

    The name of a program's own layout is returned as its file has it.
    """
    return {
        "30分ごと・言語別": _s("30分ごと・言語別"),
        "30分ごと・回線別": _s("30分ごと・回線別"),
    }.get(name, name)


mark = marks({ReportState.DRAFT: Mark.WAIT, ReportState.SUBMITTED: Mark.GOOD})
stage_mark = marks({Stage.SOON: Mark.WAIT, Stage.OVERDUE: Mark.STOP})


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
        "explained": _s("合わない理由を書きました。"),
        "commented": _s("コメントを書きました。"),
        "comment_settled": _s("コメントを終わりにしました。"),
        "given_back": _s("下書きに戻しました。"),
        "revised": _s("新しい版の下書きを始めました。提出した版は、このまま残ります。"),
    }.get(code, "")
