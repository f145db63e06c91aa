"""The count attack: reads surnames out of a stolen database by public statistics, without keys.

The attacker knows how common surnames are, and sees everything in the dump. Whatever stands beside
a family and repeats from family to family is a token; commoner tokens are taken for commoner pieces
of names. Guesses for a family are weighed by how many pieces agree.

``Trained`` is stronger: it joins every table with the families by foreign keys and learns from an
own ward, which it filled with invented families by our own public program, how long the values of a
family with a certain surname are.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
KANA = dict(
    one.split(":")
    for line in """
    佐藤:サトウ 鈴木:スズキ 高橋:タカハシ 田中:タナカ 伊藤:イトウ 渡辺:ワタナベ 山本:ヤマモト
    中村:ナカムラ 小林:コバヤシ 加藤:カトウ 吉田:ヨシダ 山田:ヤマダ 佐々木:ササキ 山口:ヤマグチ
    松本:マツモト 井上:イノウエ 木村:キムラ 林:ハヤシ 斎藤:サイトウ 清水:シミズ 山崎:ヤマザキ
    森:モリ 池田:イケダ 橋本:ハシモト 阿部:アベ 石川:イシカワ 山下:ヤマシタ 中島:ナカジマ
    石井:イシイ 小川:オガワ 前田:マエダ 岡田:オカダ 長谷川:ハセガワ 藤田:フジタ 後藤:ゴトウ
    近藤:コンドウ 村上:ムラカミ 遠藤:エンドウ 青木:アオキ 坂本:サカモト
    三浦:ミウラ 五十嵐:イガラシ 菅:カン 久保田:クボタ 大久保:オオクボ 東:アズマ 原:ハラ
    小笠原:オガサワラ 千葉:チバ 菊地:キクチ 及川:オイカワ 工藤:クドウ 櫻:サクラ 日下部:クサカベ
    熊谷:クマガイ 畠山:ハタケヤマ 高田:タカダ 勅使河原:テシガワラ 辻:ツジ 南:ミナミ
    """.splitlines()
    for one in line.split()
)
"""How they are read."""
ELSEWHERE = {
    name: 18.0 - 0.6 * at for at, name in enumerate(name for name in KANA if name not in SURNAMES)
}
"""Another region's surnames and how common they are there; of other lengths, and flatter."""
Tokens = Sequence[frozenset[bytes]]
PIECE = 4
STRENGTH = 8.0
"""How many values of all families weigh as much as what was seen of one surname."""
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


def joined_lengths(
    session: Session, metadata: MetaData, household_ids: Sequence[int]
) -> list[Counter[tuple[str, int]]]:
    """Return for each family how long all values are that any chain of foreign keys leads to."""
    place = {key: at for at, key in enumerate(household_ids)}
    owner: dict[str, dict[object, int]] = {"household": dict(place.items())}
    found: list[Counter[tuple[str, int]]] = [Counter() for _ in household_ids]
    for table in metadata.sorted_tables:  # those that are pointed to come first
        links = [
            (key.parent, owner[key.column.table.name])
            for key in table.foreign_keys
            if key.column.table.name in owner
        ]
        if table.name != "household" and not links:
            continue
        mine: dict[object, int] = {}
        for row in session.execute(select(table)):
            values = row._mapping
            owners = [of.get(values[column]) for column, of in links]
            at = place.get(values[table.c.id]) if table.name == "household" else None
            at = next((one for one in (at, *owners) if one is not None), None)
            if at is None:
                continue
            if "id" in table.c:
                mine[values[table.c.id]] = at
            for column in table.c:
                if isinstance(value := values[column], bytes | str):
                    found[at][f"{table.name}.{column.name}", len(value)] += 1
        owner[table.name] = owner.get(table.name, {}) | mine
    return found


@dataclass
class Trained:
    """What an attacker learned from an own ward: which lengths go with which surname."""

    surnames: Mapping[str, float]
    seen: dict[str, Counter[tuple[str, int]]] = field(default_factory=lambda: defaultdict(Counter))
    all: Counter[tuple[str, int]] = field(default_factory=Counter)

    @classmethod
    def on(
        cls,
        surnames: Mapping[str, float],
        families: Sequence[Counter[tuple[str, int]]],
        real: Sequence[str],
    ) -> "Trained":
        """Learn from families whose names the attacker invented."""
        made = cls(surnames)
        for lengths, name in zip(families, real, strict=True):
            made.all.update(lengths)
            if name in surnames:
                made.seen[name].update(lengths)
        return made

    def guesses(self, families: Sequence[Counter[tuple[str, int]]]) -> list[str]:
        """Return the likeliest surname of each family."""
        columns = Counter[str]()
        for (column, _length), count in self.all.items():
            columns[column] += count
        sums = {name: Counter[str]() for name in self.surnames}
        for name, seen in self.seen.items():
            for (column, _length), count in seen.items():
                sums[name][column] += count
        return [self._likeliest(lengths, columns, sums) for lengths in families]

    def _likeliest(
        self,
        lengths: Counter[tuple[str, int]],
        columns: Counter[str],
        sums: Mapping[str, Counter[str]],
    ) -> str:
        def weight(name: str) -> float:
            found = math.log(self.surnames[name])
            for (column, length), count in lengths.items():
                if not columns[column]:
                    continue
                usual = (self.all[column, length] + 0.1) / (columns[column] + 1)
                often = self.seen[name][column, length] + STRENGTH * usual
                found += count * math.log(often / (sums[name][column] + STRENGTH) / usual)
            return found

        return max(self.surnames, key=weight)
