"""Labels of stored states, kinds and actions in the staff's language.

An unknown code is shown as stored.
"""

from admin.contacts import call_words as calls
from admin.contacts import escalation_words as escalations
from admin.contacts import fax_words as faxes
from admin.desk.in_call import act_words as desk
from admin.labels import labels
from admin.requests import parcel_words as parcels
from admin.requests.request_words import (
    channel,
    decline_item,
    match_part,
    request_kind,
    request_result,
    request_state,
    review_said,
    signer,
    trouble,
)
from portal.domain.desk.casework.access import Part, Reason
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.texts import _s, kept_per_language
from portal.domain.letters.letters.states import LetterKind, LetterState, RunState
from portal.domain.mailroom.printing.cards.checking import CardKind
from portal.domain.mailroom.roster.checks.codes import explanations
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.tasks.kinds import TaskKind

__all__ = [
    "calls",
    "channel",
    "decline_item",
    "desk",
    "escalations",
    "faxes",
    "match_part",
    "parcels",
    "request_kind",
    "request_result",
    "request_state",
    "review_said",
    "signer",
    "trouble",
]
"""Templates use one module, ``words``; the labels of requests are in modules of their own."""

card_kind = labels(CardKind)
coupon = labels(CouponState)
credential = labels(CredentialState)
disposition = labels(HouseholdDisposition)
entitlement = labels(EntitlementState)
household = labels(HouseholdState)
import_state = labels(ImportState)
letter = labels(LetterState)
letter_kind = labels(LetterKind)
organization = labels(Organization)
part = labels(Part)
reason = labels(Reason)
role = labels(Role)
row_result = labels(RowDisposition)
run = labels(RunState)
task_kind = labels(TaskKind)


def task_advice(code: str) -> str:
    """Return the advice for a kind of task."""
    kind = TaskKind.known(code)
    return kind.advice if kind is not None else ""


@kept_per_language
def hold(code: str) -> str:
    """Return the sentence that explains a hold."""
    known = explanations().get(code)
    return known.meaning if known else code


@kept_per_language
def hold_name(code: str) -> str:
    """Return the short label of a hold, for filters and lists."""
    return {
        "W01_PROTECTED": _s("支援措置"),
        "W02_GAIJI": _s("外字"),
        "W04_MINOR_HOUSEHOLDER": _s("世帯主が対象の年齢"),
        "W06_INSTITUTION": _s("施設"),
        "W10_MOVED_AFTER_BASE": _s("転出・転居"),
        "W11_DIED_AFTER_BASE": _s("死亡"),
        "W14_PARTIAL_BIRTHDATE": _s("生年月日の不明"),
        "W15_POSSIBLE_DUPLICATE": _s("二重の疑い"),
        "W20_INCOMPLETE_HOUSEHOLD": _s("受け入れられない行"),
    }.get(code, code)


@kept_per_language
def remedy(code: str) -> str:
    """Return the advice for a hold."""
    known = explanations().get(code)
    return known.remedy if known else _s("区に確かめてください。")


def left_out(code: str) -> str:
    """Return the reason why a household gets no letter."""
    return {
        "protected": _s("支援措置"),
        "held": _s("保留"),
        "removed": _s("名簿から外れた"),
        "nothing_due": _s("渡すものがない"),
        "has_letter": _s("もう手紙がある"),
        "has_notice": _s("もう事前案内がある"),
    }.get(code, code)


def step(name: str) -> tuple[str, str]:
    """Return the label of a step of the program, and what to do for it."""
    return {
        "roster": (
            _s("名簿を取り込む"),
            _s("区の抽出ファイルを「portal roster import」で取り込みます。"),
        ),
        "protection": (
            _s("支援措置の情報を入れる"),
            _s(
                "抽出ファイルの列、別の一覧、または「該当なし」の二人の確認で入ります。"
                "それまで割り当ても印刷もできません。"
            ),
        ),
        "codes": (
            _s("クーポンのコードを読み込む"),
            _s("発行者のファイルを「portal coupons load」で読み込みます。"),
        ),
        "assign": (
            _s("クーポンを割り当てる"),
            _s("「portal coupons assign」で、保留でない対象者に1件ずつ割り当てます。"),
        ),
        "letters": (
            _s("手紙を作る"),
            _s("「portal letters build」で、IDとパスワードの手紙を作ります。"),
        ),
        "hand_over": (
            _s("手紙を差し出す"),
            _s("「手紙」の画面で、印刷ごとに提案し、ほかの人が承認します。"),
        ),
    }[name]


def written(name: str) -> str:
    """Return the label of a field of a request."""
    return {
        "name": _s("名前"),
        "contact": _s("連絡先"),
        "telephone": _s("電話番号"),
        "words": _s("内容"),
        "login_id": _s("手紙のID"),
        "message": _s("内容"),
        "reason": _s("理由"),
        "birth": _s("生年月日"),
        "postal_code": _s("郵便番号"),
        "letter_number": _s("手紙の番号"),
        "trouble": _s("困っていること"),
        "text": _s("伝えたいこと"),
        "language": _s("話すことば"),
    }.get(name, name)


def difference(kind: str) -> str:
    """Return the label of a kind of difference between two extracts."""
    return {
        "household_new": _s("新しい世帯"),
        "household_gone": _s("いなくなった世帯"),
        "child_new": _s("増えたこども"),
        "child_gone": _s("減ったこども"),
        "address": _s("住所の変更"),
        "correction": _s("世帯の訂正"),
        "child_correction": _s("こどもの訂正"),
        "protection_set": _s("支援措置の開始"),
        "protection_cleared": _s("支援措置の終了"),
        "hold_new": _s("新しい保留"),
    }.get(kind, kind)
