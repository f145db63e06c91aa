"""Checks that a text for a report contains nothing by which a person can be recognized.

People write and choose the sentences; this refuses what they overlooked. It looks for names with a
form of address, names of the call's own households, addresses, dates with a year and day, and
numbers of four digits or more. Amounts, years and counted things (``30,000円``, ``2023年``,
``1200件``) are no such numbers.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.households.folding import fold_name, fold_place

UNITS = "円|件|通|世帯|人|名|回|分|秒|時間|日|か月|枚|%"
RANGE = rf"時|日|月|歳|年|週|割|{UNITS}"
HARMLESS = re.compile(
    rf"(?<![\d-])\d{{1,3}}(?:,\d{{3}})*(?:万|億)?(?:{UNITS})|(?<![\d-])\d{{4,6}}(?:"
    r"円|件|通|世帯|人)|\d{4}年|\d{1,2}:\d{2}"
    rf"|(?<![\d-])\d{{1,3}}-\d{{1,3}}(?={RANGE})"
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
BIRTH = re.compile(
    r"(?:\d{4}|(?:昭和|平成|令和|大正|[SHRT])\.?(?:\d{1,2}|元))(?:年|[./-])\d{1,2}(?:"
    r"月|[./-])\d{1,2}日?"
)
NUMERAL = "[一二三四五六七八九十百〇0-9]"
PLACE = re.compile(rf"{NUMERAL}+(?:丁目|番地|号室|号棟|号館)|{NUMERAL}+番{NUMERAL}+号?|\d+-\d+|〒")
LONG_NUMBER = re.compile(r"\d(?:[ \-‐–—−ー.()/]?\d){3,}|[〇零一二三四五六七八九]{4,}")
CODE = re.compile(
    r"(?<![A-Z0-9])(?=[A-Z-]*\d)[A-Z0-9]{4}-?[A-Z0-9]{4}|(?<!"
    r"[A-Z0-9])[CDFGHJKLMNPQRTVWXY34679]{4}-[CDFGHJKLMNPQRTVWXY34679]{4}"
)
NAMED = re.compile(
    "([一-鿿々〆ヶ]{1,8}|[ァ-ヴー・]{2,12}|[ぁ-ん]{2,8}|[A-Z][A-Za-z]+)[ ]?"
    "(様(?![子式々相態])|さま(?!ざま)|さん|氏(?!名)|くん|君|ちゃん(?!と)|殿)"
)
NOBODY = frozenset(
    {
        "客",
        "母",
        "父",
        "子",
        "皆",
        "兄",
        "姉",
        "弟",
        "妹",
        "祖母",
        "祖父",
        "奥",
        "夫",
        "妻",
        "嫁",
        "孫",
        "主人",
        "息子",
        "娘",
        "世帯主",
        "保護者",
        "区民",
        "住民",
        "利用者",
        "業者",
        "店",
        "店員",
        "局",
        "局員",
        "郵便局",
        "本人",
        "相手",
        "先方",
        "係",
        "担当者",
        "職員",
        "通訳",
        "親",
        "親御",
        "友人",
        "知人",
        "学生",
        "外国人",
        "赤",
        "御",
        "何",
        "スタッフ",
        "オペレーター",
        "ママ",
        "パパ",
        "同",
        "仕",
        "模",
        "多",
        "一",
        "有",
        "異",
    }
)
"""Words before さん and 様 that do not name a person."""
NOBODY_AT_THE_END = (
    "世帯主",
    "保護者",
    "利用者",
    "担当者",
    "職員",
    "区民",
    "住民",
    "業者",
    "同",
    "みな",
    "かあ",
    "とう",
    "にい",
    "ねえ",
    "ばあ",
    "じい",
    "あか",
    "おきゃく",
    "たく",
    "むすめ",
    "おく",
    "おこ",
)
KANA_ONLY = re.compile("[ァ-ヴー]+")
BETWEEN = re.compile(r"[\s、。，．・「」『』（）()]+")


def refuse_personal(text: str, names: Iterable[str] = (), towns: Iterable[str] = ()) -> None:
    """Refuse a sentence for the report in which a person could be recognized.

    Args:
        text: The sentence.
        names: Names and readings of the people whom the call was about.
        towns: The ward's town names.

    Raises:
        InputError: the message names what was found and what to write instead.
    """
    for found, sentence in _findings(unicodedata.normalize("NFKC", text), text, names, towns):
        if found:
            raise InputError(sentence % {"found": found[:30]}, code="personal")


def _findings(
    plain: str, text: str, names: Iterable[str], towns: Iterable[str]
) -> Iterator[tuple[str, str]]:
    yield _first(MAIL, plain), _s("メールアドレス「%(found)s」が入っています。消してください。")
    yield (
        _first(BIRTH, plain),
        _s(
            "年月日「%(found)s」が入っています。生年月日は書けません。"
            "年のない日付に書き変えてください。"
        ),
    )
    numbers = HARMLESS.sub("\n", plain)
    yield (
        _first(LONG_NUMBER, numbers) or _first(CODE, numbers.upper()),
        _s("番号「%(found)s」が入っています。電話番号、手紙の番号、受付番号などは書けません。"),
    )
    yield (
        _first(PLACE, numbers),
        _s("住所「%(found)s」が入っています。「区内」のように書き変えてください。"),
    )
    yield (
        _named(plain),
        _s("名前「%(found)s」が入っています。「お客様」「世帯主」のように書き変えてください。"),
    )
    yield (
        _town(text, towns),
        _s("町名「%(found)s」が入っています。「区内」のように書き変えてください。"),
    )
    yield (
        _of_household(text, names),
        _s(
            "この電話の世帯の人の名前「%(found)s」が入っています。「世帯主」「お子さん」"
            "のように書き変えてください。"
        ),
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0].strip() if match else ""


def _named(plain: str) -> str:
    for match in NAMED.finditer(plain):
        before = match[1]
        if before not in NOBODY and not before.endswith(NOBODY_AT_THE_END):
            return match[0]
    return ""


def _town(text: str, towns: Iterable[str]) -> str:
    key = fold_place(text)
    return next((town for town in towns if len(town) > 1 and fold_place(town) in key), "")


def _of_household(text: str, names: Iterable[str]) -> str:
    """Return a part of a name (two characters or more) found in the text, or ""."""
    whole, pieces = fold_name(text), [fold_name(piece) for piece in BETWEEN.split(text)]
    for name in names:
        parts = [fold_name(part) for part in unicodedata.normalize("NFKC", name).split()]
        for part in (*parts, "".join(parts)):
            if len(part) > 1 and (part in whole if _is_plain(part) else _begins_in(part, pieces)):
                return part
    return ""


def _is_plain(part: str) -> bool:
    """Return whether a part counts as a name anywhere: it is long, or has more than kana."""
    return len(part) > 3 or not KANA_ONLY.fullmatch(part)


def _begins_in(part: str, pieces: Iterable[str]) -> bool:
    """Return whether a short reading begins a word; inside other words it is too frequent."""
    pattern = re.compile(f"(?<![ァ-ヴー]){re.escape(part)}")
    return any(pattern.search(piece) for piece in pieces)
