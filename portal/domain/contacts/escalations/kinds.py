"""Kinds of questions to the ward, sources of its answers, and outcomes, with their labels."""

from portal.domain.foundation.texts import Labeled, _s


class EscalationKind(Labeled):
    """The subject of a question to the ward; the ward sets a time limit for each kind."""

    ELIGIBILITY = "eligibility", lambda: _s("対象の判断")
    PROTECTION = "protection", lambda: _s("支援措置")
    CHANGE_OF_RECIPIENT = "change_of_recipient", lambda: _s("受給者の変更")
    ACCIDENT = "accident", lambda: _s("事故")
    COMPLAINT = "complaint", lambda: _s("苦情")
    PRESS = "press", lambda: _s("報道")


URGENT: frozenset[str] = frozenset({EscalationKind.PROTECTION, EscalationKind.ACCIDENT})
"""Kinds about which the ward is also called at once."""


class AnswerSource(Labeled):
    """The way in which an answer of the ward was received."""

    SCREEN = "screen", lambda: _s("区の職員が、この画面で回答")
    PAPER = "paper", lambda: _s("区の書面から、事務局が入力")
    SHEET = "sheet", lambda: _s("区が返した表から取り込み")


class RowResult(Labeled):
    """The effect of a row of a sheet: its answer is stored, or why it is not."""

    NEW = "new", lambda: _s("取り込む")
    SAME = "same", lambda: _s("もう取り込んである")
    UNKNOWN = "unknown", lambda: _s("この受付番号の引き継ぎはない")
    WRONG_STATE = "wrong_state", lambda: _s("もう別の回答があるか、取り下げてある")
    TWICE = "twice", lambda: _s("同じ受付番号が2行ある")
    NO_TEXT = "no_text", lambda: _s("回答の文がない")
    WORDS = "words", lambda: _s("書いてはいけないものがある")
    NUMBER = "number", lambda: _s("指示書の番号か日付がない")
    DAY = "day", lambda: _s("指示書の日付が読めない")


class Outcome(Labeled):
    """The outcome of one try to call somebody back."""

    REACHED = "reached", lambda: _s("本人とつながった")
    NO_ANSWER = "no_answer", lambda: _s("出ない、留守番電話")
    BUSY = "busy", lambda: _s("話し中")
    WRONG_NUMBER = "wrong_number", lambda: _s("番号が違う、別の人の番号")
