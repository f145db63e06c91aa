"""計画書 (clause 9(1)): the plan, built from program, milestones and registers, never by hand."""

from collections.abc import Sequence
from datetime import date, datetime

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.milestones import milestones
from portal.domain.oversight.reports.management.rows import companies_table, milestones_table
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable


def plan_report(work: Work) -> Report:
    """Write the plan as the program has it now.

    Scope, schedule, organization, milestones, subcontractors, risks and security.
    """
    return Report(
        title=_s("業務計画書"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=_scope(work.program, work.now),
        tables=(
            _schedule(work.program),
            _organization(work.program),
            milestones_table(milestones(work)),
            companies_table(work.session),
            _risks(),
            _security(work.program),
        ),
        cover=True,
    )


def _scope(program: Program, now: datetime) -> list[tuple[str, str]]:
    eligible, contract = program.eligibility, program.contract
    facts = [
        (_s("事業"), program.names.program.ja),
        (_s("作成日"), format_wareki(jst_date(now))),
        (_s("契約の期間"), _days(contract.first_day, contract.last_day)),
        (_s("基準日"), format_wareki(eligible.base_date)),
        (_s("対象の生年月日"), _days(eligible.birth_from, eligible.birth_to)),
        (_s("こども1人の額"), _s("%(yen)s円") % {"yen": f"{eligible.amount_yen:,}"}),
    ]
    if eligible.expected_children is not None:
        expected = eligible.expected_children
        facts += [
            (_s("想定の人数"), _s("%(children)s人") % {"children": f"{expected:,}"}),
            (_s("想定の額"), _s("%(yen)s円") % {"yen": f"{expected * eligible.amount_yen:,}"}),
        ]
    return facts


def _days(first: date, last: date) -> str:
    return _s("%(first)sから%(last)sまで") % {
        "first": format_wareki(first),
        "last": format_wareki(last),
    }


def _schedule(program: Program) -> ReportTable:
    windows = program.windows
    named: Sequence[tuple[str, Window]] = (
        (_s("周知"), windows.publicity),
        (_s("コールセンター"), windows.call_center),
        (_s("配送"), windows.delivery),
        (_s("サインイン"), windows.sign_in),
        (_s("辞退の受付"), windows.decline),
        (_s("代替品の受付"), windows.alternative),
        (_s("再配送の受付"), windows.redelivery),
        (_s("手紙の作り直しの受付"), windows.new_letter),
        (_s("交換"), windows.exchange),
        (_s("利用"), windows.use),
    )
    rows = [
        (name, format_wareki(one.first_day), format_wareki(one.last_day)) for name, one in named
    ]
    return ReportTable(_s("日程"), (_s("内容"), _s("最初の日"), _s("最後の日")), rows)


def _organization(program: Program) -> ReportTable:
    contact = program.contact
    rows: list[tuple[Cell, ...]] = [
        (_s("区の連絡先"), contact.escalation_name, contact.escalation_telephone),
        (_s("受託者"), program.names.contractor.ja, " ".join(contact.address.lines)),
        (_s("コールセンター"), program.names.office.ja, contact.telephone),
        (_s("FAX"), program.names.office.ja, contact.fax),
        (_s("受付の時間"), reception_text(program.calendar), ""),
    ]
    rows += [(_s("拠点"), place.name, place.kind.label) for place in program.workplaces]
    return ReportTable(_s("体制"), (_s("役割"), _s("名前"), _s("連絡先・場所")), rows)


def _risks() -> ReportTable:
    columns = (_s("危険"), _s("対策"))
    rows = (*_risks_of_letters(), *_risks_of_operation())
    return ReportTable(_s("危険と対策"), columns, rows, wide=1)


def _risks_of_letters() -> Sequence[tuple[str, str]]:
    return (
        (
            _s("手紙が、本人以外の手に渡る"),
            _s(
                "IDとパスワードのほかに、生年月日と確認の番号を求める。戻った手紙のIDは、"
                "すぐに止める。"
            ),
        ),
        (
            _s("支援措置の対象者の住所が知られる"),
            _s(
                "区の職員だけが扱う。用紙に、住所とこどもの名前を印刷しない。"
                "印刷の直前に、名簿と照らし合わせる。"
            ),
        ),
        (
            _s("手紙のファイルがなくなる"),
            _s(
                "印刷会社の鍵で暗号にして渡す。なくなったら、"
                "全部の手紙のIDを1回の操作で無効にする。"
            ),
        ),
        (
            _s("不在や宛先不明で届かない"),
            _s(
                "戻った郵便を1通ずつ登録し、再配送を2回以上申し出る。届いていないものを、"
                "いつでも一覧で示す。"
            ),
        ),
    )


def _risks_of_operation() -> Sequence[tuple[str, str]]:
    return (
        (
            _s("クーポンが店で使えない"),
            _s("発行者に照会し、コードを止めて差し替える。件数が多いときは、お知らせを出す。"),
        ),
        (_s("問い合わせが集中する"), _s("応答率を30分ごとに見て、発送の日を分ける。")),
        (_s("停電や通信の停止"), _s("紙の受付票と予備の拠点で続け、後で本当の時刻で入力する。")),
        (
            _s("人数や額が合わない"),
            _s("こどもの人数と額を、状態ごとにいつも合計し、取り込みの合計と比べる。"),
        ),
    )


def _security(program: Program) -> ReportTable:
    rows = (
        (
            _s("本人の確認"),
            _s("ID・パスワード、世帯主の生年月日、確認の番号（%(n)s通りの受け取り方）")
            % {"n": len(program.channels.names)},
        ),
        (_s("職員の確認"), _s("パスワードと認証アプリ。登録した拠点からだけ使える。")),
        (_s("保存"), _s("個人情報とコードは、世帯ごとの鍵で暗号にする。鍵は別の場所に置く。")),
        (_s("記録"), _s("すべての変更と閲覧を記録し、消せない。")),
        (_s("くわしい回答"), _s("別紙「セキュリティチェックリストへの回答」")),
    )
    return ReportTable(_s("情報の安全"), (_s("項目"), _s("方法")), rows, wide=1)
