"""The certificate of the disposal (5, 12⑧): what went, what stays, and what two people attest."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, label_of
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.states import CopyState
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.models import Disposal
from portal.domain.oversight.disposal.sums import SMALL
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable
from portal.domain.oversight.settlement.states import SettledState

BLOCK = 8


def certificate(program: Program, row: Disposal) -> Report:
    """Return the certificate of a disposal that is complete."""
    record = row.record
    return Report(
        title=_s("データ廃棄証明書"),
        addressee=program.names.ward.ja,
        sender=program.names.contractor.ja,
        facts=tuple(_facts(program, row)),
        tables=(*_gone(record), *_outside(record), *_stays(record), _attested(record)),
        notes=_notes(),
    )


def preview_tables(record: Mapping[str, Any]) -> tuple[ReportTable, ...]:
    """Return what would go and what would stay, in the tables of the certificate."""
    return (*_gone(record), *_outside(record), *_stays(record))


def _facts(program: Program, row: Disposal) -> Iterator[tuple[str, str]]:
    head = json.loads(row.head) if row.head else {}
    times = (
        (_s("始めた時"), row.begun_at),
        (_s("鍵を廃棄した時"), row.keys_gone_at),
        (_s("データを消した時"), row.rows_gone_at),
        (_s("終わった時"), row.completed_at),
    )
    yield _s("事業"), program.names.program.ja
    for label, at in times:
        if at is not None:
            yield label, minute_text(at)
    yield _s("操作の記録の最後の番号"), f"{head.get('seq', '–')}"
    yield _s("照合の値（SHA-256）"), in_blocks(str(head.get("hash", "–")))
    yield _s("控えに署名した公開鍵"), in_blocks(row.record["heads_key"] or "–")


def in_blocks(digits: str) -> str:
    """Return digits in blocks, as people compare them."""
    return " ".join(digits[at : at + BLOCK] for at in range(0, len(digits), BLOCK))


def count_names() -> dict[str, str]:
    """Return how the counted things are called."""
    return {
        "households": _s("世帯"),
        "children": _s("こども"),
        "letters": _s("手紙"),
        "requests": _s("申請"),
        "scans": _s("スキャンした書類"),
        "sessions": _s("サインイン中の画面"),
        "accounts": _s("職員のアカウント（閉じて、名前を消す）"),
        "events": _s("操作の記録（残る。個人の情報はない）"),
    }


def _gone(record: Mapping[str, Any]) -> Iterator[ReportTable]:
    names = count_names()
    counts: list[tuple[Cell, ...]] = [(names[name], n) for name, n in record["counts"].items()]
    counts += [
        (_s("そのほかも含む、消す行の合計"), sum(record["rows"].values())),
        (_s("データのフォルダーのファイル"), record["files"]),
    ]
    yield ReportTable(_s("廃棄するデータ"), (_s("もの"), _s("数")), counts, wide=0)
    yield ReportTable(
        _s("廃棄する鍵"),
        (_s("鍵"), _s("鍵の番号")),
        [(name, in_blocks(digest)) for name, digest in record["keys"].items()],
        wide=1,
    )


def copies_table(record: Mapping[str, Any]) -> ReportTable:
    """Return the numbered copies of the data."""
    return ReportTable(
        _s("データの写し"),
        (_s("番号"), _s("種類"), _s("場所"), _s("責任者"), _s("作った日"), _s("状態")),
        [
            (
                str(one["number"]),
                label_of(CopyKind, one["kind"]),
                one["place"],
                one["owner"],
                one["made_on"],
                label_of(CopyState, one["state"]),
            )
            for one in record["copies"]
        ],
        empty=_s("登録した写しは、ありません。"),
        wide=2,
    )


def _outside(record: Mapping[str, Any]) -> Iterator[ReportTable]:
    yield copies_table(record)
    yield ReportTable(
        _s("鍵の紙"),
        (_s("紙の番号"), _s("枚数")),
        [(_blocks4(number), 4) for number in record["papers"]],
        empty=_s("鍵を紙に印刷した記録は、ありません。"),
    )
    yield _companies(record)
    yield _receipts(record)


def _companies(record: Mapping[str, Any]) -> ReportTable:
    return ReportTable(
        _s("ファイルを渡した再委託先"),
        (_s("会社"), _s("廃棄証明書の番号")),
        [(name, _certified(record, name)) for name in record["companies"]],
        empty=_s("ファイルを渡した再委託先は、ありません。"),
        wide=0,
    )


def _receipts(record: Mapping[str, Any]) -> ReportTable:
    return ReportTable(
        _s("区の受領"),
        (_s("台帳"), _s("もの"), _s("番号"), _s("区の確認")),
        [
            (
                label_of(RegisterKind, one["kind"]),
                one["about"],
                one["number"],
                f"{one['decision']} {one['on']}",
            )
            for one in record["receipts"]
        ],
        empty=_s("受領の記録は、ありません。"),
        wide=1,
    )


def _blocks4(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _certified(record: Mapping[str, Any], name: str) -> str:
    found = [
        one["number"]
        for one in record["receipts"]
        if one["kind"] == RegisterKind.SUB_DISPOSAL and one["about"].strip() == name
    ]
    return "、".join(found) or "–"


def _stays(record: Mapping[str, Any]) -> Iterator[ReportTable]:
    sums = record["settlement"]
    if sums is None:
        return
    total = sums["total"]
    columns = ("children", "amount_yen", "used_yen", "lapsed_yen", "alternative_yen", "unspent_yen")
    yield ReportTable(
        _s("残る清算の合計"),
        (_s("状態"), _s("こども"), _s("額"), _s("利用"), _s("失効"), _s("代替品"), _s("未使用")),
        [
            (_state_name(state), *(one[name] for name in columns))
            for state, one in sums["by_state"].items()
        ],
        total=(_s("合計"), *(total[name] for name in columns)) if total else (),
        empty=_s("こどもが5人未満なので、状態ごとの合計は残しません。"),
        wide=0,
    )
    yield ReportTable(
        _s("清算の額と署名"),
        (_s("項目"), _s("内容")),
        [
            (_s("支払う額（円）"), f"{sums['payable_yen']:,}"),
            (_s("前金（円）"), f"{sums['advance_yen']:,}"),
            (_s("残りの額（円）"), f"{sums['rest_yen']:,}"),
            (_s("締めた日"), sums["closed_on"]),
            (_s("清算の検査値"), in_blocks(sums["checksum"])),
            (_s("署名"), in_blocks(sums["signature"])),
            (_s("公開鍵"), in_blocks(sums["public_key"])),
        ],
        wide=1,
    )


def _state_name(state: str) -> str:
    return _s("5人未満の状態など") if state == SMALL else label_of(SettledState, state)


def people_of(record: Mapping[str, Any]) -> str:
    """Return who was there, with their organizations."""
    return "、".join(
        f"{label_of(Organization, one['organization'])} {one['name']}" for one in record["people"]
    )


def _attested(record: Mapping[str, Any]) -> ReportTable:
    people = people_of(record)
    return ReportTable(
        _s("ソフトウェアでは証明できず、2人が確かめたこと"),
        (_s("確かめたこと"), _s("確かめた人")),
        [(label_of(Attested, one), people) for one in record["attested"]],
        wide=0,
    )


def _notes() -> list[str]:
    return [
        _s("上の鍵で暗号にしたデータは、鍵がないので、どのバックアップからも読めません。"),
        _s(
            "区は、手元のバックアップを「portal dispose verify」で、記録の鎖を"
            "「portal audit verify」で、いつでも確かめられます。"
        ),
        _s(
            "消したファイルの跡がディスクの中に残らないこと、だれかが鍵や画面を写していないことは、"
            "ソフトウェアでは証明できません。"
        ),
        _s("署名: ＿＿＿＿＿＿＿＿＿＿（受託者）　＿＿＿＿＿＿＿＿＿＿（区）"),
    ]
