"""The desk's search in a ward of 82,500 households, in CPU time of an empty page.

Both are measured in the same run."""

import itertools
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, text

from portal.domain.foundation.actors import Role
from portal.domain.foundation.base import refresh_statistics
from portal.domain.people.households.models import Child, Household, SearchFeed
from portal.domain.people.households.records import (
    HouseholdFields,
    household_digest,
    seal_household,
)
from tests.bench.test_desk import assert_ratios, bare_site, cost
from tests.support.coupons import VAULT
from tests.support.people import CANARY_NAME
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

HOUSEHOLDS = 82_500
AT_ONCE = 5_000
WARM, ROUNDS = 3, 10
LIMIT = 8.0
"""As much as among 200 households (``test_calls``), whatever the database (decision 0028)."""
KANJI = (
    "水無月渚野汀川霞橋葦沢舟戸白露鷺沼田堰守浮草予瀬貼木能登路十河原竹蔵早鳥渡藻岩笹佐藤鈴高"
    "伊渡辺山本中村小林加吉松井斎清池阿部森"
)
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
COMMON = "佐藤"
"""One household in sixty."""


def fill(staff: StaffSite) -> None:
    """Households of one person, with names as different as in a ward, under one key.

    Nobody but the bench opens them.
    """
    chance = random.Random(82)
    key, wrapped = VAULT.new_data_key()
    for start in range(0, HOUSEHOLDS, AT_ONCE):
        homes: list[dict[str, Any]] = []
        for number in range(start, min(start + AT_ONCE, HOUSEHOLDS)):
            surname = COMMON if number % 60 == 0 else "".join(chance.choices(KANJI, k=2))
            name = f"{surname}　{''.join(chance.choices(KANJI, k=2))}"
            kana = f"{''.join(chance.choices(KANA, k=4))} {''.join(chance.choices(KANA, k=3))}"
            born = date(1960, 1, 1) + timedelta(days=chance.randrange(16_000))
            fields = HouseholdFields(
                f"{number:010}",
                f"p{number}",
                name,
                kana,
                born,
                f"139{number % 150:04}",
                f"町{number % 150}",
                "１番",
                "",
            )
            digest = household_digest(VAULT, fields.number)
            homes.append(
                {
                    "id": 1000 + number,
                    "number_digest": digest,
                    "wrapped_key": wrapped,
                    "sealed": seal_household(key, fields, digest),
                    "import_id": 1,
                    "created_at": staff.now,
                    "changed_at": staff.now,
                }
            )
        with staff.database.write() as session:
            session.execute(insert(Household), homes)
    with staff.database.write() as session:
        refresh_statistics(session, Household, Child, SearchFeed)
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("ANALYZE"))
    staff.site.finder.advance(staff.database.read)  # as its keeper does when a site starts


def searching(agent: Visitor, **asked: str) -> Callable[[], float]:
    """Return a measurement: CPU seconds of a search that is sent, counted and logged."""
    keys = itertools.count()

    def measure() -> float:
        begin = time.process_time()
        answer = agent.post("/desk/search", asked | {"form_key": f"{'-'.join(asked)}{next(keys)}"})
        assert answer.status_code == 303
        return time.process_time() - begin

    return measure


def test_a_search_among_82_500_households_costs_little_more_than_among_200(
    staff: StaffSite,
) -> None:
    people = [staff.add_household() for _ in range(3)]
    fill(staff)
    agent = staff.enter_as(Role.AGENT)
    agent.open("/calls")
    agent.send(
        "/calls/start",
        {"channel": "phone", "direction": "inbound", "language": "ja", "form_key": "a"},
    )
    agent.send("/desk/search", {"name": CANARY_NAME, "form_key": "b"})
    assert "鶉●" in agent.open("/desk").text
    bare = cost(Visitor(bare_site(staff.database), staff.loop), f"/{people[0].household_id}")
    measures = {
        "bare": bare,
        "name": searching(agent, name=CANARY_NAME),
        "common": searching(agent, name=COMMON),
        "postal": searching(agent, name=CANARY_NAME, postal="139-0001"),
        "none": searching(agent, name="鶉野　翠玉"),
        "results": cost(agent, "/desk"),
    }
    assert_ratios(measures, LIMIT, warm=WARM, rounds=ROUNDS)
