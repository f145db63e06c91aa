"""What is typed asks for keys that the household has, however either of them is written."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.kanji_variants import OF_NAMES, OLD_FORMS, STANDS_FOR
from portal.domain.people.households.search_feed import Mark
from portal.domain.people.households.search_index import Index
from portal.domain.people.households.search_keys import (
    name_query,
    pieces_of,
    place_query,
    postal_query,
)

KNOWN_PAIRS = """
靑青 敎教 黑黒 增増 橫横 步歩 每毎 卷巻 戶戸 郞郎 緖緒 賴頼 渕淵 會会 舘館 峯峰 桒桑 埜野
曾曽 籔薮 靜静 淸清 圡土 來来 檜桧 髙高 﨑崎 嵜崎 濵浜 濱浜 邉辺 邊辺 齋斎 齊斉 澤沢 廣広
瀨瀬 德徳 惠恵 眞真 凜凛 栁柳 槗橋 𠮷吉 嶋島 嶌島 國国 櫻桜 藏蔵 條条 榮栄 壽寿 冨富 龍竜
瀧滝 萬万 與与 關関 閒間 薗園 桝枡 鐵鉄 圓円 實実 寶宝 豐豊 淺浅 藝芸 彌弥 穗穂 禮礼 顯顕
巖巌 燒焼 黃黄 鶴靏 蘆芦 鷗鴎 槇槙 遙遥 彥彦 祿禄 邨村 聰聡 晉晋 讚讃 勳勲 劍剣
"""
"""Two ways to write one name, as registers, ID cards and callers do."""


def home(name: str = "", kana: str = "", **place: str) -> dict[str, Any]:
    return {
        "name": name,
        "kana": kana,
        "birth": None,
        "postal_code": place.get("postal", "1390001"),
        "town": place.get("town", ""),
        "street": place.get("street", ""),
        "building": place.get("building", ""),
    }


def index_of(*homes: dict[str, Any]) -> Index:
    index = Index(Mark("", 0))
    index.add([(at, pieces_of(one, ())) for at, one in enumerate(homes, 1)])
    return index


@pytest.mark.parametrize("pair", KNOWN_PAIRS.split())
def test_either_form_of_a_name_finds_the_other(pair: str) -> None:
    index = index_of(home(name=f"{pair[0]}山　花子"), home(name=f"{pair[1]}山　花子"))
    for form in pair:
        assert list(index.find(name_query(f"{form}山"))) == [1, 2]
    assert fold_name(pair[0]) == fold_name(pair[1])


def test_a_character_belongs_to_one_family() -> None:
    characters = "".join((OLD_FORMS + OF_NAMES).split())
    assert len(set(characters)) == len(characters)
    assert not set(STANDS_FOR) & set(STANDS_FOR.values())


@pytest.mark.parametrize("typed", ["ono", "ohno", "oono", "Ōno", "ONO", "おおの", "大野"])
def test_romaji_kana_and_kanji_find_one_family(typed: str) -> None:
    index = index_of(home("大野　優子", "オオノ ユウコ"), home("濵﨑　翔", "ハマサキ ショウ"))
    assert list(index.find(name_query(typed))) == [1]
    assert list(index.find(name_query(f"{typed} yuko"))) == [1]


@pytest.mark.parametrize("typed", ["hamasaki", "はまさき", "浜崎", "sho HAMASAKI", "ﾊﾏｻｷ"])
def test_the_other_family_too(typed: str) -> None:
    index = index_of(home("大野　優子", "オオノ ユウコ"), home("濵﨑　翔", "ハマサキ ショウ"))
    assert list(index.find(name_query(typed))) == [2]


def test_an_address_is_found_as_people_write_it() -> None:
    index = index_of(home(town="潮見坂一丁目", street="３７番４１号"), home(town="渚町"))
    assert list(index.find(place_query("潮見坂1-37"))) == [1]
    assert list(index.find(postal_query("1390001"))) == [1, 2]
    assert list(index.find(postal_query("1390002"))) == []


def test_nothing_reaches_from_one_name_into_the_next() -> None:
    index = index_of(home("佐藤　花", "サトウ ハナ"))
    assert list(index.find(name_query("花サ"))) == []


LETTERS = st.text(
    st.sampled_from(
        "佐藤髙橋濵邊龍斎サトウオーノユタハマュッンがぎゃ" + string.ascii_letters + " 　・"
    ),
    min_size=1,
    max_size=8,
)


@given(name=LETTERS, kana=LETTERS, start=st.integers(0, 7), length=st.integers(1, 5))
def test_every_part_of_a_name_finds_it(name: str, kana: str, start: int, length: int) -> None:
    index = index_of(home(name, kana))
    for text in (name, kana):
        part = fold_name(text)[start : start + length]
        if part:
            assert list(index.find(name_query(part))) == [1]
