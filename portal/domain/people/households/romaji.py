"""Japanese names in Latin letters: hamasaki is ハマサキ, Ohno and Ono are オオノ.

Romanization drops long vowels, so readings are compared without them; and it hides whether an n is
a syllable of its own, so there is more than one reading: Kenichi is ケニチ or ケンイチ.
"""

import re
from itertools import islice, product

import jaconv

LONG_O = re.compile("OH(?![AIUEOY])")
NASAL = re.compile("M(?=[BMP])")
SYLLABLES = re.compile(
    r"(?!N[^AIUEOY])(?:"
    r"(?:[KSTNHMRGZDBPJF]|SH|CH|TS)?[AIUEO]|Y[AUO]|W[AOIE]|VU"
    r"|(?:[KGSZJTDCNHFBPMR]Y|SH|CH|J)[AUO]"
    r"|N(?![AIUEO])|([KSTPGDBZJ])(?=\1)|[CT](?=CH)|S(?=SH)|T(?=TS)"
    r")+"
)
"""What a romanized name is made of; Nguyen, Smith and Xi are no such names."""
HIDDEN_N = re.compile("(?<=[AIUEO])N(?=[AIUEOY])")
DOUBLE_N = re.compile("NN(?=[AIUEOY])")
MOST_READINGS = 4
ROUNDED = "オコソトノホモヨロヲゴゾドボポョウクスツヌフムユルグズヅブプュ"
"""The kana of the rows of u and o, after which ウ, オ and ー lengthen the vowel."""
LENGTHENED = re.compile(f"(?<=[{ROUNDED}])[ウオ]|ー")


def readings(word: str) -> tuple[str, ...]:
    """Return the katakana of a folded word (``folding.fold_name``) in Latin letters.

    Returns nothing for a word that is not romanized Japanese.
    """
    spelled = NASAL.sub("N", LONG_O.sub("OO", word))
    if not SYLLABLES.fullmatch(spelled):
        return ()
    places = [found.end() for found in HIDDEN_N.finditer(spelled)][: MOST_READINGS - 1]
    spellings = [spelled, *(f"{spelled[:at]}'{spelled[at:]}" for at in places)]
    return tuple("".join(map(_kana, DOUBLE_N.sub("N'N", one).split("'"))) for one in spellings)


def combined(words: list[str]) -> list[tuple[str, ...]]:
    """Return the ways to read several words, each as their kana in order.

    Empty if one of the words is not romanized Japanese.
    """
    return list(islice(product(*map(readings, words)), MOST_READINGS))


def shortened(kana: str) -> str:
    """Return a reading without long vowels: ユウコ and ユーコ are ユコ."""
    return LENGTHENED.sub("", kana)


def _kana(spelled: str) -> str:
    return str(jaconv.hira2kata(jaconv.alphabet2kana(spelled)))
