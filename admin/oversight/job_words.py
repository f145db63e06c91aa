"""What a task of daily work did, in sentences, and where its work goes on."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import _s, _sn, label_of
from portal.domain.mailroom.printing.runs.recipients.selection import LeftOut
from portal.domain.mailroom.roster.checks.codes import explain
from portal.domain.mailroom.roster.queries import counts_of

Counts = Mapping[str, Any]


class Step(Struct, frozen=True):
    """Where the work goes on: an address and its words."""

    to: str
    words: str


def said_of(task: BegunTask, *, include_protected: bool) -> list[str]:
    """Return what a task that is done did; nothing of protected households for others."""
    kind, found = BegunKind(task.kind), task.result
    if not task.is_done or found is None:
        return []
    if kind is BegunKind.EXTRACT_CHECK:
        return list(_checked(found, include_protected=include_protected))
    words = _WORDS.get(kind)
    return list(words(found)) if words is not None else []


def _checked(found: Counts, *, include_protected: bool) -> Iterator[str]:
    totals = found["totals"]
    counts = counts_of(totals, include_protected=include_protected)
    yield _s("行は%(rows)s、世帯は%(homes)s、金額は合わせて%(yen)s円です。") % {
        "rows": f"{counts.records:,}",
        "homes": f"{counts.households_in_all:,}",
        "yen": f"{counts.yen_in_all:,}",
    }
    if include_protected:
        for code, count in {**totals["row_codes"], **totals["household_codes"]}.items():
            told = explain(code)
            yield f"{code[:3]} {count:,}: {told.meaning} {told.remedy}"
    if found["extra_columns"]:
        yield _s(
            "レイアウトにない列が%(n)dあり、読まずに進みました。要る列なら、レイアウトに書き加えます。"
        ) % {"n": found["extra_columns"]}
    if found["unknown_relationships"]:
        yield _s(
            "レイアウトが意味を決めていない続柄が%(n)dあります。世帯主の子ではないと数えています。"
        ) % {"n": found["unknown_relationships"]}
    yield _s("何も取り込んでいません。区の送付票の数と合うかは、取り込むときに確かめます。")


def _imported(found: Counts) -> Iterator[str]:
    number = found["import_id"]
    if found["repeated"]:
        yield _s("このファイルは取り込み済みです（取り込み %(id)d）。何も変わりません。") % {
            "id": number
        }
    elif found["without_sheet"]:
        yield _s(
            "区の送付票がまだないので、名簿に反映していません。送付票の数を書いてから、反映します。"
        )
    elif found["state"] == "applied":
        yield _s("取り込み %(id)d を適用しました。") % {"id": number}
    else:
        yield _s("取り込みました。前の名簿との違いを確かめてから、反映します。")


def _applied(found: Counts) -> Iterator[str]:
    yield _s("取り込み %(id)d を適用しました。") % {"id": found["import_id"]}


def _loaded(found: Counts) -> Iterator[str]:
    yield _sn(
        "コードを%(n)s件、合計%(yen)s円分読み込みました。",
        "コードを%(n)s件、合計%(yen)s円分読み込みました。",
        found["count"],
    ) % {"n": f"{found['count']:,}", "yen": f"{found['total_yen']:,}"}


def _shops(found: Counts) -> Iterator[str]:
    said = {"n": f"{found['count']:,}", "day": found["valid_from"]}
    if found["repeated"]:
        yield _s("このファイルは、%(day)sからの一覧として、もう読み込んであります。") % said
        return
    yield (
        _sn(
            "店を%(n)s件読み込みました。%(day)sから、前の一覧のかわりに出ます。",
            "店を%(n)s件読み込みました。%(day)sから、前の一覧のかわりに出ます。",
            found["count"],
        )
        % said
    )
    if found["refused"]:
        yield _s(
            "受け入れなかった行が%(n)dあります。直した一覧を、もう一度読み込んでください。"
        ) % {"n": found["refused"]}
    for line, reason in found["lines"]:
        yield _s("%(line)d行目: %(reason)s") % {"line": line, "reason": reason}


def _assigned(found: Counts) -> Iterator[str]:
    yield _sn(
        "クーポンを%(n)s件(%(yen)s円)割り当てました。在庫の残りは%(left)s件です。",
        "クーポンを%(n)s件(%(yen)s円)割り当てました。在庫の残りは%(left)s件です。",
        found["count"],
    ) % {"n": f"{found['count']:,}", "yen": f"{found['yen']:,}", "left": f"{found['left']:,}"}


def _built(found: Counts) -> Iterator[str]:
    if found["run_id"] is None:
        yield _s("作る手紙はありません。")
    else:
        if found["resumed"]:
            yield _s("途中だった印刷 %(id)d を終わらせました。") % {"id": found["run_id"]}
        yield _sn(
            "印刷 %(id)d に、手紙を%(n)s通作りました。",
            "印刷 %(id)d に、手紙を%(n)s通作りました。",
            found["letters"],
        ) % {"id": found["run_id"], "n": f"{found['letters']:,}"}
    for reason, count in found.get("left_out", {}).items():
        if count:
            yield _sn("%(reason)s: %(n)d世帯", "%(reason)s: %(n)d世帯", count) % {
                "reason": label_of(LeftOut, reason),
                "n": count,
            }
    if found.get("unprintable"):
        yield _sn(
            "氏名か住所を印刷できない世帯が%(n)d件あります。"
            "区が認めた印刷用の文字を登録してください。",
            "氏名か住所を印刷できない世帯が%(n)d件あります。"
            "区が認めた印刷用の文字を登録してください。",
            found["unprintable"],
        ) % {"n": found["unprintable"]}


def _cards(found: Counts) -> Iterator[str]:
    if found["files"]:
        yield _sn(
            "はがきと決定の通知を%(n)s枚、%(files)d個のファイルに作りました。",
            "はがきと決定の通知を%(n)s枚、%(files)d個のファイルに作りました。",
            found["cards"],
        ) % {"n": f"{found['cards']:,}", "files": found["files"]}
    else:
        yield _s("印刷するカードはありません。")
    if found["stopped"]:
        yield _sn(
            "いまは送れない世帯のカードを%(n)d枚止めました。世帯のページで確かめてください。",
            "いまは送れない世帯のカードを%(n)d枚止めました。世帯のページで確かめてください。",
            found["stopped"],
        ) % {"n": found["stopped"]}
    if found["unprintable"]:
        yield _sn(
            "氏名か住所を印刷できないカードが%(n)d枚あり、待っています。",
            "氏名か住所を印刷できないカードが%(n)d枚あり、待っています。",
            found["unprintable"],
        ) % {"n": found["unprintable"]}


def _tracked(found: Counts) -> Iterator[str]:
    if found["repeated"]:
        yield _s("このファイルはもう取り込んであります。何も変えていません。")
        return
    yield (
        _s(
            "%(rows)s行のうち新しい記録%(new)s件、状態が変わった郵便%(moved)s通、知らない番号"
            "%(unmatched)s件、知らない言葉%(unknown)s件、つながらない記録%(conflicts)s件、"
            "受け入れなかった行%(refused)s行。"
        )
        % found
    )


def _listed(found: Counts) -> Iterator[str]:
    yield _sn(
        "割り当てていないコード%(n)s件の注文、管理番号、額面を書きました。コードは書いていません。",
        "割り当てていないコード%(n)s件の注文、管理番号、額面を書きました。コードは書いていません。",
        found["count"],
    ) % {"n": f"{found['count']:,}"}


def _exported(found: Counts) -> Iterator[str]:
    yield _s("%(files)s個のファイルを書き出しました。一覧の照合番号は %(digest)s です。") % {
        "files": f"{found['files']:,}",
        "digest": found["manifest_sha256"],
    }
    if found["left_out"]:
        yield _s(
            "支援措置の世帯%(n)s件は入れていません。入れるには、区の指示書の番号を指定してください。"
        ) % {"n": found["left_out"]}


_WORDS: Mapping[BegunKind, Callable[[Counts], Iterator[str]]] = {
    BegunKind.EXTRACT_IMPORT: _imported,
    BegunKind.EXTRACT_APPLY: _applied,
    BegunKind.CODES_LOAD: _loaded,
    BegunKind.SHOPS_LOAD: _shops,
    BegunKind.CODES_ASSIGN: _assigned,
    BegunKind.LETTERS_BUILD: _built,
    BegunKind.ADVANCE_BUILD: _built,
    BegunKind.TEST_POSTING: _built,
    BegunKind.CARDS_PRINT: _cards,
    BegunKind.TRACKING_FILE: _tracked,
    BegunKind.LEFT_OVER_CODES: _listed,
    BegunKind.EXPORT: _exported,
}
OF_RUNS = frozenset({BegunKind.LETTERS_BUILD, BegunKind.ADVANCE_BUILD, BegunKind.TEST_POSTING})


def next_steps(task: BegunTask) -> list[Step]:
    """Return where the work goes on after a task that is done."""
    kind, found = BegunKind(task.kind), task.result or {}
    if not task.is_done:
        return []
    steps = []
    if kind in {BegunKind.EXTRACT_IMPORT, BegunKind.EXTRACT_APPLY}:
        number = found["import_id"]
        if found.get("without_sheet"):
            to = f"/transfers/{found['transfer_id']}"
            steps.append(Step(to, _s("区の送付票を書く")))
        steps.append(Step(f"/roster/{number}", _s("取り込み %(n)s を開く") % {"n": number}))
    elif kind in OF_RUNS and found.get("run_id") is not None:
        number = found["run_id"]
        steps.append(Step(f"/letters/{number}", _s("印刷 %(n)s を開く") % {"n": number}))
    elif kind in {BegunKind.ARCHIVE, BegunKind.PROOF}:
        steps.append(
            Step(f"/letters/{task.subject_id}", _s("印刷 %(n)s を開く") % {"n": task.subject_id})
        )
    elif kind is BegunKind.CARDS_PRINT:
        steps.append(Step("/posting", _s("差し出しを記録する")))
    elif kind is BegunKind.EXPORT:
        steps.append(Step("/transfers", _s("データの受け渡しを開く")))
    elif kind is BegunKind.TRACKING_FILE:
        steps += _after_tracking(found)
    elif kind in {BegunKind.CODES_LOAD, BegunKind.CODES_ASSIGN}:
        steps.append(Step("/coupons", _s("クーポンを開く")))
    return steps


def _after_tracking(found: Counts) -> Iterator[Step]:
    """Yield where the work on a file of the post goes on: what was left out first."""
    if found["refused"] and "file_id" in found:
        yield Step(f"/tracking/files/{found['file_id']}", _s("受け入れなかった行を見る"))
    to_check = found["unmatched"] + found["unknown"] + found["conflicts"]
    yield Step("/tracking", _s("確かめるものを見る") if to_check else _s("郵便の追跡を開く"))


def advice(task: BegunTask) -> str:
    """Return what to do when a task was refused or failed; empty otherwise."""
    if task.is_refused:
        return _s("理由を直してから、同じ作業をもう一度始めてください。")
    if task.is_failed:
        return _s(
            "「もう一度試す」を押すと、途中から続けるか、初めからやりなおします。2回行われることは"
            "ありません。それでも失敗するときは、この画面の番号と理由を、システムの担当に"
            "伝えてください。"
        )
    return ""
