"""Contradictions in a program's settings, each as one sentence that says what to do."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.checks.agreed_days import check_agreed_days
from portal.domain.foundation.program.checks.birth_window import check_birth_window
from portal.domain.foundation.program.checks.dates import (
    check_call_center,
    check_closed_days,
    check_order_of_days,
    check_pairs_of_days,
    check_requests,
)
from portal.domain.foundation.program.checks.findings import Finding, Level, error_of, warning_of
from portal.domain.foundation.program.checks.outside import check_outside
from portal.domain.foundation.program.checks.reply_mail import check_reply_mail
from portal.domain.foundation.program.checks.touch import check_touch
from portal.domain.foundation.program.checks.way_out import check_way_out
from portal.domain.foundation.program.checks.workplaces import check_workplaces
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s

FREE_PREFIXES = ("0120-", "0800-")


def check_program(program: Program) -> list[Finding]:
    """Return every contradiction, errors first."""
    return by_level([finding for check in _CHECKS for finding in check(program)])


def by_level(findings: list[Finding]) -> list[Finding]:
    """Return the findings with the errors first, otherwise in their order."""
    return sorted(findings, key=lambda finding: finding.level is Level.WARNING)


def coupon_findings(
    program: Program, exchange_ends_at: datetime, use_ends_at: datetime
) -> list[Finding]:
    """Return what is wrong with codes of these exclusive ends (UTC).

    They must last as long as the program says.
    """
    found = []
    for ends_at, window in (
        (exchange_ends_at, program.windows.exchange),
        (use_ends_at, program.windows.use),
    ):
        if ends_at < window.ends_at:
            found.append(
                error_of(
                    "coupon_dies_early",
                    _s(
                        "コードは%(code_day)sまでしか使えませんが、事業の「%(title)s」"
                        "は%(day)sまでです。"
                        "発行事業者に期限の長いコードを頼んでください。"
                    )
                    % {
                        "code_day": last_day_before(ends_at).isoformat(),
                        "title": window.kind.label,
                        "day": window.last_day.isoformat(),
                    },
                )
            )
    return found


def _check_channels(program: Program) -> Iterator[Finding]:
    channels = program.channels
    if not channels.names:
        yield error_of(
            "no_channel",
            _s(
                "確認の番号の受け取り方が1つもありません。[channels] で totp などを true "
                "にしてください。"
            ),
        )
    if channels.email and channels.email_risk is None:
        yield error_of(
            "email_risk_not_accepted",
            _s(
                "メールで確認の番号を送るには、区のリスク受容の記録が要ります。"
                "[channels.email_risk_acceptance] を書くか、email を false にしてください。"
            ),
        )
    if not channels.totp and not program.is_demo:
        yield warning_of(
            "totp_off",
            _s("認証アプリが使えない設定です。費用のかからない受け取り方なので、true を勧めます。"),
        )


def _check_files(program: Program) -> Iterator[Finding]:
    advance = (
        (("advance.texts", program.advance.texts_file, program.advance.texts_file.is_file()),)
        if program.advance
        else ()
    )
    needed = (
        *advance,
        ("towns", program.towns_file, program.towns_file.is_file()),
        ("letter.texts", program.letter_texts_file, program.letter_texts_file.is_file()),
    )
    for key, path, there in needed:
        if not there:
            yield error_of(
                "file_missing",
                _s("%(key)s のファイル %(path)s がありません。置くか、場所を直してください。")
                % {"key": key, "path": path},
            )
    folders = (
        ("layouts", program.layouts_dir),
        ("issuers", program.issuers_dir),
        ("calls.layouts", program.call_layouts_dir),
    )
    for key, path in folders:
        if not path.is_dir():
            yield warning_of(
                "folder_missing",
                _s(
                    "%(key)s のフォルダー %(path)s がありません。区や発行事業者、"
                    "電話のシステムのファイルを読むには、ここに設定を置きます。"
                )
                % {"key": key, "path": path},
            )


def _check_alternatives(program: Program) -> Iterator[Finding]:
    if not program.alternatives:
        yield warning_of(
            "no_alternative",
            _s(
                "電子クーポンを使えない人への代替品が1つもありません。[[alternatives]] "
                "を書いてください。"
            ),
        )
    for product in program.alternatives:
        if program.amount_yen % product.piece_yen:
            yield error_of(
                "alternative_amount",
                _s(
                    "代替品 %(id)s は %(piece)s円の券では %(amount)s円になりません。"
                    "piece_yen を直してください。"
                )
                % {
                    "id": product.id,
                    "piece": f"{product.piece_yen:,}",
                    "amount": f"{program.amount_yen:,}",
                },
            )


def _check_rest(program: Program) -> Iterator[Finding]:
    if missing := [locale for locale in RESIDENT_LOCALES if locale not in program.languages]:
        yield warning_of(
            "language_off",
            _s("住民が選べない言語があります: %(names)s。契約の言語か確かめてください。")
            % {"names": " / ".join(missing)},
        )
    if program.contact.telephone_is_free and not program.contact.telephone.startswith(
        FREE_PREFIXES
    ):
        yield warning_of(
            "telephone_not_free",
            _s("電話番号が 0120 か 0800 で始まりません。通話料が無料か確かめてください。"),
        )

    late: list[date] = [
        window.last_day
        for window in program.windows
        if window.kind not in {WindowKind.USE, WindowKind.PUBLICITY}
        and window.last_day > program.contract.last_day
    ]
    if late:
        yield warning_of(
            "outside_contract",
            _s(
                "契約の最後の日(%(contract)s)より後の期限があります(%(day)s)。"
                "日付を確かめてください。"
            )
            % {"contract": program.contract.last_day.isoformat(), "day": max(late).isoformat()},
        )


_CHECKS: tuple[Callable[[Program], Iterator[Finding]], ...] = (
    check_order_of_days,
    check_pairs_of_days,
    check_birth_window,
    check_closed_days,
    check_call_center,
    check_agreed_days,
    check_requests,
    check_workplaces,
    check_outside,
    check_reply_mail,
    check_touch,
    check_way_out,
    _check_channels,
    _check_files,
    _check_alternatives,
    _check_rest,
)
