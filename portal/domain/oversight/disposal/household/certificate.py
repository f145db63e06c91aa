"""The certificate of one household's disposal: no name, no number of the ward, no sum."""

from collections.abc import Iterator

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.certificate import copies_table, people_of
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable
from portal.domain.people.households.models import DisposedHousehold


def household_certificate(program: Program, row: DisposedHousehold) -> Report:
    """Return the certificate for the ward."""
    return Report(
        title=_s("世帯データ廃棄証明書"),
        addressee=program.names.ward.ja,
        sender=program.names.contractor.ja,
        facts=tuple(_facts(program, row)),
        tables=household_tables(row.record),
        notes=_notes(),
    )


def household_tables(record: dict[str, object], *, done: bool = True) -> tuple[ReportTable, ...]:
    """Return what is gone, or would go, and what still holds something of it."""
    return (
        _gone(record, _s("廃棄したデータ") if done else _s("廃棄するデータ")),
        _papers(record),
        copies_table(record),
        _left(record),
    )


def _facts(program: Program, row: DisposedHousehold) -> Iterator[tuple[str, str]]:
    yield _s("事業"), program.names.program.ja
    yield _s("世帯の整理番号（名前も区の番号もない）"), f"#{row.household_id}"
    yield _s("区の決定"), f"{row.decision_no}（{format_wareki(row.decision_on)}）"
    yield _s("廃棄した時"), minute_text(row.disposed_at)
    people = people_of(row.record)
    if Attested.MEDIA in row.record.get("attested", ()):
        yield _s("紙と媒体"), _s("区に返したか廃棄したことを、下の2人が確かめた")
    yield _s("立ち会った人"), people or _s("バックアップから戻した後に、もう一度廃棄した")


def _gone(record: dict[str, object], title: str) -> ReportTable:
    rows = record["rows"]
    count = sum(rows.values()) if isinstance(rows, dict) else 0
    counts: list[tuple[Cell, ...]] = [
        (_s("世帯（氏名、住所、番号、生年月日）"), 1),
        (_s("こども（氏名、生年月日）"), int(str(record["children"]))),
        (_s("申請、書類、通話、手紙、サインインなどの行"), count),
    ]
    return ReportTable(title, (_s("もの"), _s("数")), counts, wide=0)


def _papers(record: dict[str, object]) -> ReportTable:
    """Return which papers there may be: software sees no paper, only what it was made of."""
    rows = record["rows"]
    counted = rows if isinstance(rows, dict) else {}
    counts: list[tuple[Cell, ...]] = [
        (_s("画像にした紙とFAX（原本、控え）"), int(counted.get("scan", 0))),
        (_s("作った手紙（戻ったもの、予備、校正刷り）"), int(counted.get("letter", 0))),
    ]
    return ReportTable(
        _s("紙と媒体（区に返すか廃棄したことを、2人が確かめる）"),
        (_s("もの"), _s("数")),
        counts,
        wide=0,
    )


def _left(record: dict[str, object]) -> ReportTable:
    counts: list[tuple[Cell, ...]] = [
        (
            _s("操作の記録の、暗号にしたことば（鎖なので消せない。終わりの廃棄で読めなくなる）"),
            int(str(record["words"])),
        ),
        (_s("この世帯が挙がった事故の記録（区が保存する）"), int(str(record["incidents"]))),
    ]
    return ReportTable(_s("残るもの"), (_s("もの"), _s("数")), counts, wide=0)


def _notes() -> list[str]:
    return [
        _s("額と最後の状態は、だれのものか分からない形で、合計に残ります。"),
        _s(
            "番号の照合の値だけを、もう一度取り込まないために残します。"
            "鍵がなければ、番号は分かりません。"
        ),
        _s(
            "上の写しのうち、この時より前に作ったものには、この世帯がまだ入っています。"
            "期限に廃棄するか、いまの鍵を替えて前の鍵を廃棄すると、読めなくなります。"
            "そこから戻したときは、この世帯をもう一度廃棄します。"
        ),
        _s(
            "消したものの跡がディスクやデータベースの記録に残らないこと、"
            "だれかが画面や紙を写していないことは、ソフトウェアでは証明できません。"
        ),
        _s("署名: ＿＿＿＿＿＿＿＿＿＿（受託者）　＿＿＿＿＿＿＿＿＿＿（区）"),
    ]
