"""Passwords that guessers try first."""

from functools import lru_cache
from itertools import product

ROOTS = (
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "iloveyou",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "dragon",
    "monkey",
    "master",
    "shadow",
    "superman",
    "batman",
    "trustno1",
    "whatever",
    "starwars",
    "computer",
    "internet",
    "michael",
    "jordan",
    "sakura",
    "tokyo",
    "japan",
    "nippon",
    "doraemon",
    "pikachu",
    "pokemon",
    "anpanman",
    "hanako",
    "taro",
    "kodomo",
    "coupon",
    "kosodate",
    "arigatou",
    "konnichiwa",
    "himitsu",
    "aishiteru",
    "abcdef",
    "abcdefgh",
    "abcabc",
    "aaaaaa",
    "1q2w3e4r",
    "1qaz2wsx",
    "zaq12wsx",
    "q1w2e3r4",
    "asdf1234",
    "qwer1234",
    "abcd1234",
    "pass1234",
    "test1234",
    "love",
)
TAILS = (
    "",
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "!",
    "!!",
    "1!",
    "123!",
    "0",
    "00",
    "01",
    "07",
    "11",
    "69",
    "77",
    "88",
    "99",
    "2020",
    "2021",
    "2022",
    "2023",
    "2024",
    "2025",
    "2026",
    "jp",
    "@",
    "@123",
    "#1",
    "abc",
    "xyz",
)


@lru_cache(maxsize=1)
def _all() -> frozenset[str]:
    """Return more than 3,000 passwords (ASVS 6.2.4).

    Roots with the usual suffixes, doubled roots, number sequences, keyboard rows.
    """
    found = {root + tail for root, tail in product(ROOTS, TAILS)}
    found |= {root + root for root in ROOTS} | {tail + root for root, tail in product(ROOTS, TAILS)}
    digits = "01234567890123456789"
    found |= {digits[i : i + n] for i in range(10) for n in range(6, 11)}
    found |= {digits[::-1][i : i + n] for i in range(10) for n in range(6, 11)}
    found |= {str(d) * n for d in range(10) for n in range(6, 16)}
    found |= {
        f"{y}{m:02}{d:02}" for y in range(1960, 2027) for m in range(1, 13) for d in (1, 10, 15, 20)
    }
    return frozenset(found)


def is_common(folded: str) -> bool:
    """Return whether a case-folded password is one of the common ones."""
    return folded in _all()
