"""A time of day as each language's readers write it; what is expected stands here by hand."""

from datetime import UTC, datetime, time

import pytest

from portal.domain.foundation.program.hours_text import clock_text, instant_text
from portal.domain.foundation.texts import use_locale

TIMES = (time(0), time(0, 5), time(9), time(12), time(12, 5), time(15, 42), time(19))
WRITTEN = {
    "ja": ("午前0時", "午前0時5分", "午前9時", "午後0時", "午後0時5分", "午後3時42分", "午後7時"),
    "en": ("12 AM", "12:05 AM", "9 AM", "noon", "12:05 PM", "3:42 PM", "7 PM"),
    "zh_Hans": (
        *("凌晨0点", "凌晨0点05分", "上午9点"),
        *("中午12点", "中午12点05分", "下午3点42分", "晚上7点"),
    ),
    "zh_Hant": (
        *("凌晨0點", "凌晨0點05分", "上午9點"),
        *("中午12點", "中午12點05分", "下午3點42分", "晚上7點"),
    ),
    "ko": (
        *("오전 0시", "오전 0시 5분", "오전 9시"),
        *("낮 12시", "낮 12시 5분", "오후 3시 42분", "오후 7시"),
    ),
}
INSTANTS = {
    "ja": "2023年8月1日 午後3時42分",
    "en": "August 1, 2023, 3:42 PM",
    "zh_Hans": "2023年8月1日 下午3点42分",
    "zh_Hant": "2023年8月1日 下午3點42分",
    "ko": "2023년 8월 1일 오후 3시 42분",
}


@pytest.mark.parametrize("locale", WRITTEN)
def test_a_time_of_day_is_written_as_its_readers_write_it(locale: str) -> None:
    with use_locale(locale):
        assert tuple(clock_text(at) for at in TIMES) == WRITTEN[locale]


@pytest.mark.parametrize("locale", WRITTEN)
def test_no_two_minutes_of_a_day_are_written_alike(locale: str) -> None:
    with use_locale(locale):
        said = {clock_text(time(hour, minute)) for hour in range(24) for minute in range(60)}
    assert len(said) == 24 * 60


@pytest.mark.parametrize("locale", INSTANTS)
def test_an_instant_is_its_day_and_its_time_in_japan(locale: str) -> None:
    with use_locale(locale):
        assert instant_text(datetime(2023, 8, 1, 6, 42, tzinfo=UTC)) == INSTANTS[locale]
