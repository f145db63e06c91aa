"""Code words of call counts, each with its label for staff beside it."""

from portal.domain.foundation.texts import Labeled, _s


class Source(Labeled):
    """How counts came."""

    FILE = "file", lambda: _s("ファイル")
    TYPED = "typed", lambda: _s("日別の入力")


class Reason(Labeled):
    """Why a day's counts were replaced; ``NOT_OVER`` is stored where nobody needs to give one."""

    CORRECTED = "corrected", lambda: _s("電話のシステムの数字が直った")
    MISTAKE = "mistake", lambda: _s("入力や選んだファイルがまちがっていた")
    FILE_CAME = "file_came", lambda: _s("入力した日を、あとから来たファイルに置き換える")
    NOT_OVER = "not_over", lambda: _s("その日の途中の数字だった")


GIVEN_REASONS = tuple(reason for reason in Reason if reason is not Reason.NOT_OVER)
"""The reasons that staff give for replacing the counts of a day that was over."""


class TypedNumber(Labeled):
    """A number typed for each language of a day."""

    OFFERED = "offered", lambda: _s("着信")
    ANSWERED = "answered", lambda: _s("応答")
    ABANDONED = "abandoned", lambda: _s("放棄")
    WITHIN = "within", lambda: _s("時間内の応答")
    TALK = "talk", lambda: _s("通話（秒）")
    AFTER_CALL = "after_call", lambda: _s("後処理（秒）")
