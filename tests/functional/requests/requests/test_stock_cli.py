"""``portal stock`` as an officer uses it: receive, show, count by two, dry runs and exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import update

from portal.cli.context import Context
from portal.cli.requests.stock import stock
from portal.domain.foundation.vault import make_keys
from portal.domain.requests.alternatives.models import StockPiece
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from tests.support.proofs import invoke
from tests.support.requests.paper import make_paper


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = load_settings(
        {
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_PROGRAM": "demo",
        }
    )
    make_keys(made.key_dir)
    initialize(made)
    context = Context(made)
    make_paper(context.database(), tmp_path)
    context.database().engine.dispose()
    return made


def portal(settings: Settings, *words: object) -> Result:
    context = Context(settings)
    try:
        return invoke(stock, words, context)
    finally:
        context.database().engine.dispose()


def shown(settings: Settings) -> dict[str, int]:
    found = json.loads(portal(settings, "show", "--json", "-").stdout)
    return {line["product"]: line["on_hand"] for line in found["products"]}


def test_a_delivery_and_a_stocktaking(settings: Settings) -> None:
    range_ = (
        "GC000001",
        "GC000010",
        "--product",
        "gift_card",
        "--note",
        "N-1",
        "--by",
        "officer-a",
    )
    assert portal(settings, "receive", *range_, "--dry-run").exit_code == 0
    assert shown(settings) == {"gift_card": 0, "book_card": 0}
    done = portal(settings, "receive", *range_)
    assert "10枚" in done.output
    assert portal(settings, "receive", *range_).exit_code != 0
    count = (
        "count",
        9,
        "--product",
        "gift_card",
        "--missing",
        "GC000004",
        "--reason",
        "不足",
    )
    assert portal(settings, *count, "--second", "--by", "officer-b").exit_code != 0
    first = portal(settings, *count, "--by", "officer-a")
    assert first.exit_code == 0
    assert "もう一度数えます" in first.output
    assert portal(settings, *count, "--second", "--by", "officer-a").exit_code != 0
    assert shown(settings)["gift_card"] == 10
    done = portal(settings, *count, "--second", "--by", "officer-b")
    assert "二人とも9枚" in done.output
    assert shown(settings)["gift_card"] == 9
    product = ("--product", "gift_card")
    assert portal(settings, "count", 9, *product, "--by", "officer-a").exit_code == 0
    differs = ("--missing", "GC000005", "--reason", "不足", "--second", "--by", "officer-b")
    assert "合いません" in portal(settings, "count", 8, *product, *differs).output
    assert shown(settings)["gift_card"] == 9
    assert portal(settings, "count", 9, "--product", "gift_card", "--by", "nobody").exit_code != 0


def test_a_ledger_that_does_not_agree_fails_loudly(settings: Settings) -> None:
    range_ = (
        "GC000001",
        "GC000010",
        "--product",
        "gift_card",
        "--note",
        "N-1",
        "--by",
        "officer-a",
    )
    assert portal(settings, "receive", *range_).exit_code == 0
    context = Context(settings)
    with context.database().write() as session:
        session.execute(
            update(StockPiece).where(StockPiece.serial == "GC000003").values(state="gone")
        )
    context.database().engine.dispose()
    verdict = portal(settings, "show")
    assert verdict.exit_code != 0
    assert "台帳と券が合いません" in verdict.output
