"""Spelling numbers and letters on the telephone, so that nobody writes ``D`` for ``T``."""

from collections.abc import Mapping
from types import MappingProxyType

_JA = {
    "A": "エー（アメリカ）",
    "B": "ビー（ブラジル）",
    "C": "シー（チャイナ）",
    "D": "ディー（デンマーク）",
    "E": "イー（イギリス）",
    "F": "エフ（フランス）",
    "G": "ジー（ゴルフ）",
    "H": "エイチ（ホテル）",
    "I": "アイ（イタリア）",
    "J": "ジェイ（ジャパン）",
    "K": "ケイ（キング）",
    "L": "エル（ロンドン）",
    "M": "エム（メキシコ）",
    "N": "エヌ（ニッポン）",
    "O": "オー（大阪）",
    "P": "ピー（パリ）",
    "Q": "キュー（クイーン）",
    "R": "アール（ローマ）",
    "S": "エス（スペイン）",
    "T": "ティー（東京）",
    "U": "ユー（ユニオン）",
    "V": "ブイ（ビクトリー）",
    "W": "ダブリュー（ワシントン）",
    "X": "エックス（エックス線）",
    "Y": "ワイ（横浜）",
    "Z": "ゼット（シマウマ）",
    "0": "ゼロ",
    "1": "イチ",
    "2": "ニ",
    "3": "サン",
    "4": "ヨン",
    "5": "ゴ",
    "6": "ロク",
    "7": "ナナ",
    "8": "ハチ",
    "9": "キュウ",
}
_WORDS = (
    "Alfa",
    "Bravo",
    "Charlie",
    "Delta",
    "Echo",
    "Foxtrot",
    "Golf",
    "Hotel",
    "India",
    "Juliett",
    "Kilo",
    "Lima",
    "Mike",
    "November",
    "Oscar",
    "Papa",
    "Quebec",
    "Romeo",
    "Sierra",
    "Tango",
    "Uniform",
    "Victor",
    "Whiskey",
    "X-ray",
    "Yankee",
    "Zulu",
)
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LATIN = {word[0]: word for word in _WORDS}
_EN = _LATIN | dict(zip("0123456789", _DIGITS, strict=True))
_ZH = _LATIN | dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_KO_LETTERS = (
    "에이 비 시 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 아르 에스 티 유 브이 "
    "더블유 엑스 와이 제트"
)
_KO = {
    chr(ord("A") + place): f"{name}({_WORDS[place]})"
    for place, name in enumerate(_KO_LETTERS.split())
} | dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_READINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"ja": _JA, "en": _EN, "zh_Hans": _ZH, "ko": _KO}
)


def read_out(number: str, locale: str) -> tuple[tuple[str, str], ...]:
    """Return each character of a number with its spelling word; hyphens and spaces are pauses.

    Japanese call centers use countries and towns, the others the ITU and NATO alphabet.
    """
    readings = _READINGS.get(locale, _JA)
    return tuple((sign, readings.get(sign, sign)) for sign in number.upper() if sign.isalnum())
