"""Explain a program to people: every date in both calendars, and the value of each setting."""

from dataclasses import dataclass, replace
from datetime import date

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.calendar import CallCenterCalendar, HoursOverride
from portal.domain.foundation.program.day_text import weekday_name
from portal.domain.foundation.program.deadlines import RequestRule
from portal.domain.foundation.program.month import agreed_days, first_day_of, last_day_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, plain
from portal.domain.foundation.wareki import format_wareki


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the program: ISO, era and weekday, and a remark about it."""

    key: str
    title: str
    iso: str
    era: str
    weekday: str
    ends_at_utc: str = ""
    last_staffed_day: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting in words."""

    key: str
    title: str
    value: str


def explain_days(program: Program) -> list[DayRow]:
    """Return rows for the base date, the birth window, the contract and the ends of each window."""
    rows = [
        _row("base_date", _s("基準日"), program.base_date),
        replace(
            _row("birth_from", _s("対象の誕生日の始まり"), program.birth_from),
            note=_birth_from_note(program),
        ),
        replace(
            _row("birth_to", _s("対象の誕生日の終わり"), program.birth_to),
            note=_s("基準日と同じ")
            if program.birth_to == program.base_date
            else _s("区が決めた日"),
        ),
        _row("contract.from", _s("契約の始まり"), program.contract.first_day),
        _row("contract.to", _s("契約の終わり"), program.contract.last_day),
    ]
    rules = {rule.kind: rule for rule in program.request_rules}
    for window in program.windows:
        title = window.kind.label
        staffed = program.calendar.last_staffed_day(until=window.last_day)
        rows.append(
            _row(f"{window.kind}.from", _s("%(title)s 開始") % {"title": title}, window.first_day)
        )
        last = _s("%(title)s 最後に使える日") % {"title": title}
        rows.append(
            replace(
                _row(f"{window.kind}.to", last, window.last_day),
                ends_at_utc=window.ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                last_staffed_day=staffed.isoformat() if staffed is not None else "",
                note=_request_note(program, rules[window.kind]) if window.kind in rules else "",
            )
        )
    return rows


def explain_settings(program: Program) -> list[SettingRow]:
    """Return the values of all other settings, one row per setting."""
    eligibility, contact, hours = program.eligibility, program.contact, program.calendar.hours
    return [
        SettingRow("name", _s("事業"), f"{program.name} ({plain(program.names.program.ja)})"),
        SettingRow("file", _s("設定ファイル"), str(program.path)),
        SettingRow("ward", _s("区"), program.names.ward.ja),
        SettingRow(
            "amount_yen",
            _s("こども1人の金額"),
            _s("%(yen)s円") % {"yen": f"{eligibility.amount_yen:,}"},
        ),
        SettingRow("availability_percent", _s("年間の稼働率の限度"), _percent(program)),
        SettingRow("telephone", _s("電話"), contact.telephone),
        SettingRow("fax", _s("FAX"), contact.fax),
        SettingRow("hours", _s("受付時間"), f"{hours.opens:%H:%M}–{hours.closes:%H:%M}"),
        SettingRow("closed", _s("休み"), ", ".join(_closed(program.calendar))),
        SettingRow("agreed", _s("臨時の開所と休み"), ", ".join(_agreed(program)) or "-"),
        SettingRow("channels", _s("確認の番号の受け取り方"), ", ".join(program.channels.names)),
        SettingRow("languages", _s("言語"), ", ".join(program.languages or RESIDENT_LOCALES)),
        SettingRow("password_mode", _s("手紙のパスワード"), program.letter_password_mode),
        SettingRow(
            "card_after_first_sign_in",
            _s("はじめてのサインインを知らせるはがき"),
            str(program.card_after_first_sign_in).lower(),
        ),
        SettingRow(
            "enclosures",
            _s("はじめの手紙に同封するもの"),
            ", ".join(program.letter_enclosures) or "-",
        ),
        SettingRow(
            "advance_texts",
            _s("事前案内の文"),
            str(program.advance.texts_file) if program.advance else "-",
        ),
        SettingRow("forwarding", _s("転送"), program.forwarding),
        SettingRow("delivered_means", _s("配達済みと数える時"), program.delivered_means),
        SettingRow("postal_rule", _s("郵便で届いた辞退届"), program.requests.postal_rule),
        SettingRow("adult_rule", _s("18歳になった人の辞退"), program.requests.adult_rule),
        SettingRow(
            "four_eyes", _s("2人で決める申請"), ", ".join(sorted(program.requests.four_eyes)) or "-"
        ),
        SettingRow("redeliveries", _s("再配送の回数"), str(program.requests.redeliveries)),
        SettingRow(
            "registered_limit_yen",
            _s("簡易書留で送れる金額の上限"),
            _s("%(yen)s円") % {"yen": f"{program.requests.registered_limit_yen:,}"},
        ),
        SettingRow(
            "absence",
            _s("連絡先のない世帯への不在の知らせ"),
            program.requests.absence_without_channel,
        ),
        SettingRow(
            "due_business_days", _s("審査の期限(営業日)"), str(program.requests.due_business_days)
        ),
        SettingRow(
            "sites",
            _s("コールセンターの拠点"),
            ", ".join(f"{w.name} ({w.kind}: {' '.join(w.networks)})" for w in program.workplaces)
            or "-",
        ),
        SettingRow("outside", _s("データを受け取る社外の会社"), _outside(program)),
        SettingRow("way_out", _s("危険のある人への案内の番号"), _help_lines(program)),
        SettingRow("towns", _s("町の一覧"), str(program.towns_file)),
        SettingRow("layouts", _s("レイアウト"), str(program.layouts_dir)),
        SettingRow("issuer_use", _s("クーポンの使い方"), program.issuer.use.label),
        SettingRow("issuers", _s("発行事業者"), str(program.issuers_dir)),
        SettingRow("letter_texts", _s("手紙の文"), str(program.letter_texts_file)),
    ]


def _percent(program: Program) -> str:
    percent = program.availability_percent
    return "-" if percent is None else f"{percent:g}%"


def _outside(program: Program) -> str:
    return (
        ", ".join(f"{one.company} ({one.service}, {one.country})" for one in program.outside) or "-"
    )


def _help_lines(program: Program) -> str:
    lines = (program.way_out.counter, *program.way_out.lines)
    return ", ".join(f"{line.name.ja} {line.telephone}" for line in lines)


def _closed(calendar: CallCenterCalendar) -> list[str]:
    closed = [weekday_name(date(2024, 1, 1 + index)) for index in sorted(calendar.weekly_closed)]
    if calendar.national_holidays:
        closed.append(_s("祝日"))
    closed += [
        f"{c.first[0]:02}-{c.first[1]:02}–{c.last[0]:02}-{c.last[1]:02}"
        for c in calendar.yearly_closures
    ]
    return closed


def _agreed(program: Program) -> list[str]:
    sentences = []
    for agreed in agreed_days(program.calendar):
        first, last = first_day_of(agreed), last_day_of(agreed)
        days = first.isoformat() if first == last else f"{first.isoformat()}–{last.isoformat()}"
        hours = agreed.hours if isinstance(agreed, HoursOverride) else None
        opening = f"{hours.opens:%H:%M}–{hours.closes:%H:%M}" if hours is not None else _s("休み")
        sentences.append(
            f"{days} {opening} ({agreed.reason}; {agreed.agreement.paid_by}; "
            f"{agreed.agreement.number})"
        )
    return sentences


def _row(key: str, title: str, day: date) -> DayRow:
    return DayRow(key, title, day.isoformat(), format_wareki(day), weekday_name(day))


def _birth_from_note(program: Program) -> str:
    if program.eligibility.birth_from_is_derived:
        return _s("18歳に達する日以後の最初の3月31日までの人(基準日の年度から計算)")
    return _s("区が決めた日")


def _request_note(program: Program, rule: RequestRule) -> str:
    if rule.given_last_day is not None:
        return _s("区が決めた日")
    return _s(
        "%(target)sから保管%(storage)d日と郵便%(post)d日を引いた発送の最後の日は%(posting)s、"
        "さらに準備%(batch)d営業日を引いた日"
    ) % {
        "target": rule.target.isoformat(),
        "storage": rule.storage_days,
        "post": rule.post_days,
        "posting": rule.last_posting_day(program.calendar).isoformat(),
        "batch": rule.batch_days,
    }
