"""The count attack: reads surnames out of a stolen database by public statistics, without keys.

The attacker knows how common surnames are, and sees everything in the dump. Whatever stands beside
a family and repeats from family to family is a token; commoner tokens are taken for commoner pieces
of names. Guesses for a family are weighed by how many pieces agree.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import MetaData, Row, select
from sqlalchemy.orm import Session

SURNAMES = {
    name: int(tenths) / 10
    for name, tenths in (
        one.split(":")
        for line in """
        佐藤:151 鈴木:144 高橋:113 田中:107 伊藤:86 渡辺:85 山本:84 中村:83 小林:82 加藤:71
        吉田:66 山田:65 佐々木:54 山口:51 松本:50 井上:49 木村:46 林:44 斎藤:43 清水:42
        山崎:38 森:37 池田:36 橋本:36 阿部:36 石川:34 山下:33 中島:32 石井:31 小川:31
        前田:30 岡田:30 長谷川:30 藤田:30 後藤:30 近藤:29 村上:29 遠藤:28 青木:28 坂本:27
        """.splitlines()
        for one in line.split()
    )
}
"""Families of a thousand, from the public counts of surnames."""
GIVEN = """
太郎 花子 健一 美咲 翔太 陽子 大輔 直美 誠 恵 智子 浩 和也 真由美 隆 久美子 翔 葵 蓮 結衣
"""
Tokens = Sequence[frozenset[bytes]]
PIECE = 4
NEAR = 0.15
"""A token is tried for a piece that is expected as often, give or take so much."""


def pieces(text: str) -> set[str]:
    """Return the characters and pairs of characters of a name."""
    return set(text) | {text[at : at + 2] for at in range(len(text) - 1)}


def expected() -> Mapping[str, float]:
    """Return in which part of the families a piece should occur, by public statistics."""
    found: dict[str, float] = {}
    for surname, thousandth in SURNAMES.items():
        for piece in pieces(surname):
            found[piece] = found.get(piece, 0) + thousandth / 1000
    return found


def guesses(tokens: Tokens) -> list[str]:
    """Return the surname that is read for each family."""
    often = Counter(token for one in tokens for token in one)
    wanted = sorted(expected().items(), key=lambda item: -item[1])
    free = [token for token, count in often.most_common(4_000) if count > 1]
    token_of: dict[str, bytes] = {}
    for piece, share in wanted:
        goal = share * len(tokens)
        near = [t for t in free if abs(often[t] - goal) <= max(1.0, NEAR * goal)]
        if near:
            best = min(near, key=lambda token: abs(often[token] - goal))
            token_of[piece] = best
            free.remove(best)
    return [_best(one, token_of) for one in tokens]


def _best(held: frozenset[bytes], token_of: Mapping[str, bytes]) -> str:
    def weight(surname: str) -> tuple[float, float]:
        wanted = pieces(surname)
        agreeing = sum(token_of.get(piece) in held for piece in wanted)
        return (agreeing / len(wanted), SURNAMES[surname])

    return max(SURNAMES, key=weight)


def by_class(values: Sequence[object]) -> list[str]:
    """Return what is read if the commonest value stands for the commonest surname, and so on."""
    ranked = [value for value, _count in Counter(values).most_common()]
    names = list(SURNAMES)
    of = {value: names[min(at, len(names) - 1)] for at, value in enumerate(ranked)}
    return [of[value] for value in values]


def share_read(guessed: Sequence[str], real: Sequence[str]) -> float:
    """Return the part of the families of which the surname was read."""
    return sum(a == b for a, b in zip(guessed, real, strict=True)) / len(real)


def columns_beside(
    session: Session, metadata: MetaData, household_ids: Sequence[int]
) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield every column that stands beside families, with the values of each of them."""
    place = {key: at for at, key in enumerate(household_ids)}
    for table in metadata.tables.values():
        link = "id" if table.name == "household" else "household_id"
        if link not in table.c:
            continue
        rows: list[Row[Any]] = list(session.execute(select(table)))
        for column in table.c:
            found: list[list[Any]] = [[] for _ in household_ids]
            for row in rows:
                values = row._mapping
                if values[table.c[link]] in place:
                    found[place[values[table.c[link]]]].append(values[column])
            if any(found):
                yield f"{table.name}.{column.name}", found


def packed(values: Iterable[Sequence[Any]]) -> Tokens:
    """Return the pieces of byte strings, as packed digests would lie in them."""
    return [
        frozenset(
            value[at : at + PIECE]
            for value in one
            if isinstance(value, bytes)
            for at in range(0, len(value) - PIECE + 1, PIECE)
        )
        for one in values
    ]
