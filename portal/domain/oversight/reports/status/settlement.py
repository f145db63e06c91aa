"""清算書 (clause 11): final states, deliveries, codes, money and differences."""

from collections.abc import Mapping

from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.deliveries_table import deliveries_table
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable
from portal.domain.oversight.settlement.blockers import Blocker, blockers
from portal.domain.oversight.settlement.closing import closed, current_figures
from portal.domain.oversight.settlement.figures import Figures, Sum
from portal.domain.oversight.settlement.models import Settlement
from portal.domain.people.coupons.differences import latest_day
from portal.domain.people.coupons.statement_rules import DifferenceKind

STATES, WAYS = "states", "deliveries"
"""Where the final states and the ways of counting deliveries open their children."""


def settlement_report(work: Work) -> Report:
    """Write the settlement.

    Before closing, it is marked provisional and lists what prevents closing; afterwards its final
    states are those that were signed.
    """
    return report_and_blockers(work)[0]


def report_and_blockers(work: Work) -> tuple[Report, Mapping[Blocker, int]]:
    """Return the settlement, and what prevents closing with its cases, of the same figures."""
    found, row = current_figures(work), closed(work.session)
    in_the_way = {} if row is not None else blockers(work, found)
    reported = latest_day(work.session)
    facts = [
        (_s("事業"), work.program.names.program.ja),
        (_s("利用明細の基準日"), format_wareki(reported) if reported else _s("まだありません")),
        (_s("集計した時"), minute_text(work.now)),
    ]
    if row is not None:
        facts += _signature(row)
    report = Report(
        title=_s("清算書") if row is not None else _s("清算書（締める前の速報）"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=facts,
        tables=(
            _states(found),
            _check(found),
            deliveries_table(_s("配達の数（3つの数え方）"), found.deliveries, opens=WAYS + "/{}"),
            _codes(found),
            _money(work.program, found),
            _differences(found),
        ),
        notes=tuple(reason.sentence(count) for reason, count in in_the_way.items()),
    )
    return report, in_the_way


def _signature(row: Settlement) -> list[tuple[str, str]]:
    return [
        (_s("締めた日"), format_wareki(jst_date(row.closed_at))),
        (_s("検査値（SHA-256）"), row.checksum),
        (_s("署名（Ed25519）"), row.signature.hex()),
        (_s("公開鍵"), row.public_key.hex()),
    ]


def _cells(one: Sum) -> tuple[Cell, ...]:
    return (
        one.households,
        one.children,
        one.amount_yen,
        one.used_yen,
        one.lapsed_yen,
        one.alternative_yen,
        one.unspent_yen,
    )


def _states(found: Figures) -> ReportTable:
    columns = (
        _s("最終状態"),
        _s("世帯数"),
        _s("こども（人）"),
        _s("金額（円）"),
        _s("利用（円）"),
        _s("失効（円）"),
        _s("代替品（円）"),
        _s("未使用（円）"),
    )
    rows: list[tuple[Cell, ...]] = [
        (state.label, *_cells(one)) for state, one in found.by_state.items()
    ]
    return ReportTable(
        _s("最終状態別"),
        columns,
        rows,
        (_s("合計"), *_cells(found.total)),
        opens=[f"{STATES}/{state.value}" for state in found.by_state],
        note=_why_households_differ(found),
    )


def _why_households_differ(found: Figures) -> str:
    every = sum(one.households for one in found.by_state.values())
    if every == found.total.households:
        return ""
    return _s(
        "こどもが2つ以上の状態に分かれている世帯は、それぞれの行で1世帯と数えます。"
        "そのため、世帯数の行の和は%(rows)s、合計は%(total)sです。"
    ) % {"rows": f"{every:,}", "total": f"{found.total.households:,}"}


def _check(found: Figures) -> ReportTable:
    must_be = found.expected
    short = must_be.imported + must_be.added - found.total.children
    return ReportTable(
        _s("名簿との照合"),
        (_s("項目"), _s("こども（人）"), _s("金額（円）")),
        [
            (_s("受け入れた名簿"), must_be.imported, must_be.imported * _unit(found)),
            (_s("区の指示による追加"), must_be.added, must_be.added * _unit(found)),
            (_s("最終状態の合計"), found.total.children, found.total.amount_yen),
        ],
        (_s("ちがい（0で一致）"), short, found.expected_yen - found.total.amount_yen),
        wide=0,
    )


def _unit(found: Figures) -> int:
    there_must_be = found.expected.imported + found.expected.added
    return found.expected_yen // there_must_be if there_must_be else 0


def _codes(found: Figures) -> ReportTable:
    codes = found.codes
    return ReportTable(
        _s("コードの数"),
        (_s("項目"), _s("件数")),
        [
            (_s("割り当て"), codes.assigned),
            (_s("無効"), codes.void),
            (_s("残り（発行者に返す）"), codes.left_over),
        ],
        (_s("買ったコード"), codes.bought),
    )


def _money(program: Program, found: Figures) -> ReportTable:
    names = {"used": _s("利用"), "lapsed": _s("失効"), "alternative": _s("代替品")}
    paid_for = "＋".join(names[name] for name in program.settlement.paid_for)
    rest = found.money.rest_yen
    return ReportTable(
        _s("支払い"),
        (_s("項目"), _s("金額（円）")),
        [
            (_s("支払いの対象（%(columns)s）") % {"columns": paid_for}, found.money.payable_yen),
            (_s("前金払い"), found.money.advance_yen),
        ],
        (_s("残りの支払い") if rest >= 0 else _s("区への返金"), abs(rest)),
    )


def _differences(found: Figures) -> ReportTable:
    return ReportTable(
        _s("発行者の利用明細との差異（未確認）"),
        (_s("内容"), _s("件数"), _s("金額（円）")),
        [
            (label_of(DifferenceKind, kind), count, found.difference_yen.get(kind, 0))
            for kind, count in found.differences.items()
        ],
        wide=0,
        empty=_s("差異はありません。"),
    )
