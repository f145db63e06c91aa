"""What shows that a promise to the ward is kept (clauses 6(6), 12 and 14 of the specification).

Some proofs look at this deployment now: its registers, its rows, its accounts. Others are tests
(``proven_by_tests``), whose results the release carries (``tested``). A promise without any proof
is not made as "yes", nor is one whose tests failed or were not run for this build.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import String, cast, func, select

from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.outside import is_outside
from portal.domain.foundation.audit.queries import chain_status, hash_at
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.program.settings.workplaces import WorkplaceKind
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.subcontractors.models import SentFile
from portal.domain.letters.subcontractors.queries import without_chain
from portal.domain.mailroom.incidents.availability import availability
from portal.domain.oversight.copies.queries import kept_copies, overdue_count
from portal.domain.oversight.management import agreements
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from portal.domain.oversight.management.tested import ProvenByTests, Results, Shown, results
from portal.domain.oversight.management.ward_asked import current_checklist, unanswered
from portal.domain.oversight.registers.dues import dues
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.looks import VIEWED
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import open_household
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import GRANTS, Permission, held

HASH = "$argon2id$"
LOOKED_BACK = timedelta(days=30)
"""So far back it is asked whom administrators looked at."""
PERSONAL = frozenset(
    {
        Permission.SEARCH_HOUSEHOLDS,
        Permission.OPEN_HOUSEHOLD,
        Permission.KNOW_PROTECTED,
        Permission.SEE_REQUESTS,
        Permission.SEE_RECIPIENTS,
        Permission.SEE_SCANS,
        Permission.HANDLE_CALLS,
        Permission.HANDLE_FAXES,
    }
)
"""What shows a family's data."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was looked at, whether it holds, and what was found.

    Attributes:
        holds: Whether the promise is kept, as far as this proof shows.
        check: What was looked at or is tested.
        found: What was found.
        is_missing: Whether it does not hold because this build carries no result of its tests.
    """

    holds: bool
    check: str
    found: str
    is_missing: bool = False

    @property
    def fails(self) -> bool:
        """Whether it shows that the promise is not kept."""
        return not self.holds and not self.is_missing


def prove(work: Work, names: Iterable[str]) -> tuple[Proof, ...]:
    """Return the proofs of these names, looked at now.

    Raises:
        KeyError: there is no such proof.
    """
    return tuple(_prove(work, name) for name in names)


def _prove(work: Work, name: str) -> Proof:
    if name in LIVE:
        return LIVE[name](work)
    return _tested(PROVEN_BY_TESTS[name], results())


def _tested(proven: ProvenByTests, carried: Results | None) -> Proof:
    check = _s("版ごとの試験: %(check)s") % {"check": proven.check()}
    shown = carried.of(proven.tests) if carried is not None else Shown.NOT_RUN
    if carried is None or shown is Shown.NOT_RUN:
        missing = _s("このプログラムには、この試験の結果が付いていません。")
        return Proof(False, check, missing, is_missing=True)
    values = {"version": carried.version, "day": carried.day.isoformat()}
    if shown is Shown.FAILED:
        return Proof(
            False, check, _s("%(day)s の試験（版 %(version)s）で、通りませんでした。") % values
        )
    return Proof(True, check, _s("%(day)s の試験（版 %(version)s）で、通りました。") % values)


def _sites(work: Work) -> Proof:
    kinds = [workplace.kind for workplace in work.program.workplaces]
    contractor = sum(kind is not WorkplaceKind.WARD for kind in kinds)
    ward = len(kinds) - contractor
    found = _s("受託者の拠点 %(contractor)d か所、区の職場 %(ward)d か所が登録されています。")
    missing = _s("区の職場の登録がないので、区の職員は、拠点では絞られていません。")
    holds = WorkplaceKind.MAIN in kinds and ward > 0
    if WorkplaceKind.MAIN not in kinds:
        missing = _s("コールセンターの拠点の登録がありません。")
    text = found % {"contractor": contractor, "ward": ward} if holds else missing
    return Proof(holds, _s("事業の設定にある拠点の登録"), text)


def _consents(work: Work) -> Proof:
    files = work.session.scalar(select(func.count()).select_from(SentFile)) or 0
    without = work.session.scalar(select(func.count()).where(SentFile.consent_no == "")) or 0
    gaps = without_chain(work.session)
    found = _s("渡したファイル %(files)d 件のうち、承諾の番号がないもの %(without)d 件。") % {
        "files": files,
        "without": without,
    }
    if gaps:
        found += _s("上の会社に承諾がない再委託先: %(names)s。") % {"names": "、".join(gaps)}
    return Proof(without == 0 and not gaps, _s("再委託先に渡したファイルの記録"), found)


def _administrators(work: Work) -> Proof:
    table = {
        permission
        for organization in Organization
        for permission in held(Role.ADMINISTRATOR, organization)
    } & PERSONAL
    looks = work.session.scalar(
        select(func.count()).where(
            AuditEvent.action == VIEWED,
            AuditEvent.actor_role == Role.ADMINISTRATOR,
            AuditEvent.at >= work.now - LOOKED_BACK,
            cast(AuditEvent.detail, String).contains('"households"'),
        )
    )
    found = _s("権限は %(count)d 種類、この%(days)d日に家庭の情報を開いた記録は %(looks)d 件です。")
    return Proof(
        not table and not looks,
        _s("管理者の、家庭の情報の権限と、開いた記録"),
        found % {"count": len(table), "days": LOOKED_BACK.days, "looks": looks or 0},
    )


def _protected(work: Work) -> Proof:
    others = GRANTS[Permission.KNOW_PROTECTED].organizations - {Organization.WARD}
    knowing = [
        user
        for user in work.session.scalars(select(StaffUser).where(StaffUser.active))
        if Permission.KNOW_PROTECTED in held(Role(user.role), Organization(user.organization))
    ]
    added = select(AuditEvent).where(
        AuditEvent.subject == "staff_user", AuditEvent.action == "staff.added"
    )
    known = {event.subject_id: event.detail for event in work.session.scalars(added)}
    strange = sum(not _as_added(user, known.get(user.id)) for user in knowing)
    found = _s(
        "知ることができるアカウント %(accounts)d 個のうち、登録の記録と違うもの %(strange)d 個。"
    )
    return Proof(
        not others and not strange,
        _s("支援措置を知ることができるアカウント: 区の職員だけで、登録されたときと同じか"),
        found % {"accounts": len(knowing), "strange": strange},
    )


def _as_added(user: StaffUser, detail: Mapping[str, object] | None) -> bool:
    """Tell whether an account is what it was added as; events of old say no organization."""
    if detail is None or detail.get("role") != user.role:
        return False
    return detail.get("organization", user.organization) == user.organization


def _staff_factors(work: Work) -> Proof:
    active = select(func.count()).where(StaffUser.active)
    accounts = work.session.scalar(active) or 0
    without = work.session.scalar(active.where(func.length(StaffUser.totp_sealed) == 0)) or 0
    return Proof(
        without == 0,
        _s("職員のアカウントの認証アプリ"),
        _s("使えるアカウント %(accounts)d 個のうち、認証アプリがないもの %(without)d 個。")
        % {"accounts": accounts, "without": without},
    )


def _resident_factors(work: Work) -> Proof:
    has_source = (
        select(OtpAuthenticator.id)
        .where(
            OtpAuthenticator.credential_id == Credential.id,
            OtpAuthenticator.confirmed_at.is_not(None),
        )
        .exists()
    )
    active = select(func.count()).where(Credential.state == CredentialState.ACTIVE)
    accounts = work.session.scalar(active) or 0
    without = work.session.scalar(active.where(~has_source)) or 0
    return Proof(
        without == 0,
        _s("家庭の確認の番号の受け取り方"),
        _s("使用中のID %(accounts)d 個のうち、受け取り方がないもの %(without)d 個。")
        % {"accounts": accounts, "without": without},
    )


def _sealed(work: Work) -> Proof:
    check = _s("いちばん新しい世帯の暗号を、いまの鍵で開く")
    newest = work.session.scalar(select(Household).order_by(Household.id.desc()).limit(1))
    if newest is None:
        return Proof(True, check, _s("世帯は、まだありません。"))
    try:
        key = work.vault.unwrap(newest.wrapped_key)
        open_household(key, newest.sealed, newest.number_digest)
    except IntegrityFaultError:
        return Proof(False, check, _s("いまの鍵では開けません。"))
    return Proof(True, check, _s("世帯ごとの鍵で開けました。"))


def _hashes(work: Work) -> Proof:
    columns = (StaffUser.password_hash, Credential.password_hash, Credential.own_password_hash)
    plain = sum(
        work.session.scalar(
            select(func.count()).where(column.is_not(None), ~column.startswith(HASH))
        )
        or 0
        for column in columns
    )
    return Proof(
        plain == 0,
        _s("保存してあるパスワードの形"),
        _s("Argon2id ではないもの %(plain)d 個。") % {"plain": plain},
    )


def _sums(work: Work) -> Proof:
    children = work.session.scalar(select(func.count()).select_from(Child)) or 0
    counted = work.session.scalar(select(func.count(func.distinct(Entitlement.child_id)))) or 0
    return Proof(
        children == counted,
        _s("名簿のこどもと、状態ごとの合計"),
        _s("名簿のこども %(children)d 人、状態があるこども %(counted)d 人。")
        % {"children": children, "counted": counted},
    )


def _certificates(work: Work) -> Proof:
    late = [due for due in dues(work) if due.late and due.kind is RegisterKind.CERTIFICATE]
    return Proof(
        not late,
        _s("認証の台帳"),
        "".join(due.sentence for due in late) or _s("有効期限の中の認証が、記録されています。"),
    )


def _continuity(work: Work) -> Proof:
    kinds = {RegisterKind.BCP_PLAN, RegisterKind.BCP_DRILL}
    late = [due for due in dues(work) if due.late and due.kind in kinds]
    return Proof(
        not late,
        _s("事業継続計画（BCP）の文書と、年1回の訓練の台帳"),
        "".join(f"{due.kind.label}: {due.sentence}" for due in late)
        or _s("期限の中の文書と訓練が、記録されています。"),
    )


def _self_checks(work: Work) -> Proof:
    late = [due for due in dues(work) if due.late and due.kind is RegisterKind.SELF_CHECK]
    return Proof(
        not late,
        _s("定期の自己点検の台帳"),
        "".join(due.sentence for due in late) or _s("期限の中の自己点検が、記録されています。"),
    )


def _agreed_days(work: Work) -> Proof:
    late = agreements.late(work)
    return Proof(
        not late,
        _s("区と合意した日と日数の記録"),
        "、".join(f"{one.key.label}（{one.value}）: {one.standing.label}" for one in late)
        or _s("始まったもので、合意の記録がないものはありません。"),
    )


def _availability(work: Work) -> Proof:
    check = _s("停止の記録と、契約の年の稼働率の限度")
    percent = work.program.availability_percent
    if percent is None:
        return Proof(False, check, _s("区と決めた限度が、事業の設定にありません。"))
    over = [one for one in availability(work) if one.is_over]
    found = _s("限度 %(percent)s%% を下回ったものはありません。") % {"percent": f"{percent:g}"}
    text = "、".join(f"{one.part.label}: {one.percent:.3f}%" for one in over) or found
    return Proof(not over, check, text)


def _ward_checklist(work: Work) -> Proof:
    check, found = _s("区が配ったチェックリストへの回答"), current_checklist(work.session)
    if found is None:
        return Proof(False, check, _s("区のチェックリストは、まだ取り込まれていません。"))
    count = unanswered(work.session)
    text = _s("答えていない質問 %(count)d 件。") % {"count": count}
    return Proof(count == 0, check, text)


def _disposal(work: Work) -> Proof:
    today, kept = jst_date(work.now), len(kept_copies(work.session))
    late = overdue_count(work.session, today)
    return Proof(
        late == 0,
        _s("写しの台帳: どの写しにも、廃棄の期限がある"),
        _s("いまある写し %(kept)d 個のうち、期限を過ぎたもの %(late)d 個。")
        % {"kept": kept, "late": late},
    )


def _indelible(work: Work) -> Proof:
    status = chain_status(work.session, work.now)
    head = status.last_head
    holds = (
        not status.is_late
        and head is not None
        and hash_at(work.session, head.link.seq) == head.link.hash
        and is_outside(work.session, head)
    )
    found = _s("封印した記録 %(sealed)d 件。いちばん新しい署名つきの控えと合いました。")
    missing = _s(
        "封印を待つ記録があるか、署名つきの控えがないか、控えと合わないか、"
        "区が保管するフォルダーに控えが届いていません。"
    )
    text = found % {"sealed": status.end.seq} if holds else missing
    return Proof(holds, _s("操作の記録の封印と控え"), text)


LIVE: Mapping[str, Callable[[Work], Proof]] = {
    "sites": _sites,
    "consents": _consents,
    "administrators": _administrators,
    "protected": _protected,
    "staff_factors": _staff_factors,
    "resident_factors": _resident_factors,
    "sealed": _sealed,
    "hashes": _hashes,
    "sums": _sums,
    "certificates": _certificates,
    "continuity": _continuity,
    "self_checks": _self_checks,
    "agreed_days": _agreed_days,
    "availability": _availability,
    "ward_checklist": _ward_checklist,
    "disposal": _disposal,
    "indelible": _indelible,
}
"""Proofs that look at this deployment, by name."""
