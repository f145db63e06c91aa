"""What no line of a page breaks: days, amounts, times of day, telephone numbers."""

import re

_ERA = "令和|平成|昭和|大正"
DAY = re.compile(
    rf"(?:(?:\d{{4}}|(?:{_ERA})(?:\d{{1,2}}|元))年)?\d{{1,2}}月\d{{1,2}}日"
    r"|(?:\d{4}년 )?\d{1,2}월 \d{1,2}일"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r" \d{1,2}(?:, \d{4})?"
)
"""A day as ``format_day``, hours and forms write it, in the languages without readings."""
AMOUNT = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\{円\|えん\}|円|日元|日圓|엔| yen)"
    r"|\d+(?:万円|만 엔|\{万円\|まんえん\})"
    r"|（含[当當]天）"
    r"|午[前後]\d+時(?:\d+分)?"
    r"|\d{1,2}(?::\d{2})? [AP]M\b|(?:凌晨|清晨|早上|[上中下]午|晚上)\d{1,2}[点點](?:\d{2}分)?"
    r"|(?:오전|오후|낮) \d{1,2}시(?: \d{1,2}분)?"
    r"|\{午[前後]\|[^{|}]+\}(?:(?:\d+\{[時分]\||\{\d+[時分]\|)[^{|}]+\})+"
    r"|(?<![\d-])0\d{1,3}-\d{1,4}-\d{3,4}(?![\d-])"
    r"|（(?:\d+(?:\{[^{|}]{1,3}\|[^{|}]+\}|[^\W\d_]{1,3})|\{\d+[^{|}]{1,3}\|[^{|}]+\})）"
)
"""An amount as ``yen`` writes it, a time of day, a telephone number, and what is counted in
parentheses: （3人分）."""
MAY_BE_KEPT = re.compile(r"\d|（含")
"""What stands in each of them."""
