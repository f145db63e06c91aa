"""The registers, each one definition: what it holds, by which clause, and when it warns."""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, Sentence, _s

YEAR, MONTH = timedelta(days=365), timedelta(days=31)
ANSWER_AT_MOST = timedelta(days=60)
"""個人情報保護法 83, 94 and 102: thirty days, and at most thirty more for a good reason."""


class RegisterKind(Labeled):
    """A register, as staff and the ward read it."""

    CERTIFICATE = "certificate", lambda: _s("認証（ISO 27001、プライバシーマーク）")
    PLEDGE = "pledge", lambda: _s("秘密を守る誓約書")
    TRAINING = "training", lambda: _s("教育・研修")
    POST_OFFICE = "post_office", lambda: _s("郵便局との事前の協議")
    BCP_PLAN = "bcp_plan", lambda: _s("事業継続計画（BCP）の文書")
    BCP_DRILL = "bcp_drill", lambda: _s("事業継続（BCP）の訓練")
    SELF_CHECK = "self_check", lambda: _s("定期の自己点検")
    DELIVERABLE = "deliverable", lambda: _s("納品物")
    ORIGINALS = "originals", lambda: _s("原本の引き渡し")
    LETTERS = "letters", lambda: _s("残った手紙の引き渡し")
    DISCLOSURE = "disclosure", lambda: _s("開示・訂正・利用停止の請求")
    SUB_DISPOSAL = "sub_disposal", lambda: _s("再委託先の廃棄証明書")
    DEFECT = "defect", lambda: _s("検査と契約不適合")
    COMPLETION = "completion", lambda: _s("業務完了届")


class Result(Labeled):
    """How a drill went, as staff and the ward read it."""

    PASSED = "passed", lambda: _s("うまくいった")
    FAILED = "failed", lambda: _s("直すことがあった")


class Register(Struct, frozen=True):
    """What an entry of one register holds.

    Attributes:
        clause: The clause of the specification that wants it.
        party: What stands in the field of the other party; None where a staff account does.
        number: What the number is of; None where there is none.
        until: What the last day is of; None where an entry has no end.
        repeats: After how long the next entry is due; None if once is enough.
        at_least_one: Whether the program may not run without one.
        ward_confirms: Whether the ward confirms each entry with a number and a day.
        suspends: Whether it can be suspended, which demands a consultation with the ward.
        longest: How long after its day the last day may be at most, by law.
        filed: Whether an entry has a document as its file (PDF).
        has_result: Whether an entry says how it went; one that failed stays red until the next.
        inspected: Whether the ward inspects it, and may reject it with a day for the repaired one.
        stepped: Whether an entry has steps on a page of its own, which alone ends it.
        next_step: What is done about one that waits; ``%(number)d`` is its number.
    """

    clause: str
    party: Sentence | None = None
    number: Sentence | None = None
    until: Sentence | None = None
    repeats: timedelta | None = None
    at_least_one: bool = False
    ward_confirms: bool = False
    suspends: bool = False
    longest: timedelta | None = None
    filed: bool = False
    has_result: bool = False
    inspected: bool = False
    stepped: bool = False
    next_step: Sentence | None = None

    @property
    def of_a_person(self) -> bool:
        """Whether an entry belongs to a staff account, and every account needs one."""
        return self.party is None


REGISTERS: Mapping[RegisterKind, Register] = {
    RegisterKind.CERTIFICATE: Register(
        "12①",
        party=lambda: _s("取得した会社と範囲"),
        number=lambda: _s("登録の番号"),
        until=lambda: _s("有効期限"),
        at_least_one=True,
        suspends=True,
    ),
    RegisterKind.PLEDGE: Register("12⑧、16(1)"),
    RegisterKind.TRAINING: Register("12⑧", repeats=YEAR),
    RegisterKind.POST_OFFICE: Register(
        "7(3)③", party=lambda: _s("郵便局と担当者"), at_least_one=True
    ),
    RegisterKind.BCP_PLAN: Register(
        "6(6)①",
        party=lambda: _s("文書の名前"),
        number=lambda: _s("版"),
        repeats=YEAR,
        at_least_one=True,
        filed=True,
    ),
    RegisterKind.BCP_DRILL: Register(
        "6(6)①",
        party=lambda: _s("行った人と場所"),
        repeats=YEAR,
        at_least_one=True,
        has_result=True,
    ),
    # what is due every month stands in ``self_checks``; here is what else was checked
    RegisterKind.SELF_CHECK: Register("12④", party=lambda: _s("点検した人とこと")),
    RegisterKind.DELIVERABLE: Register(
        "10",
        party=lambda: _s("納品物の名前"),
        number=lambda: _s("版か番号"),
        ward_confirms=True,
        inspected=True,
    ),
    RegisterKind.ORIGINALS: Register(
        "5",
        party=lambda: _s("原本の種類と数"),
        number=lambda: _s("箱か文書の番号"),
        ward_confirms=True,
    ),
    RegisterKind.LETTERS: Register(
        "7(4)③",
        party=lambda: _s("手紙の種類と数"),
        number=lambda: _s("箱の番号"),
        ward_confirms=True,
    ),
    RegisterKind.DISCLOSURE: Register(
        "12②",
        party=lambda: _s("請求の種類（名前は書かない）"),
        number=lambda: _s("区の文書の番号"),
        until=lambda: _s("答える期限"),
        ward_confirms=True,
        longest=ANSWER_AT_MOST,
        stepped=True,
        next_step=lambda: _s(
            "「本人からの請求」の画面で、区のふたりがさがして決め、実施したことを記録して終わらせます。"
            "（コマンドでは portal disclosure search --request %(number)d）"
        ),
    ),
    RegisterKind.SUB_DISPOSAL: Register(
        "16(2)",
        party=lambda: _s("再委託先の名前（台帳のとおり）"),
        number=lambda: _s("証明書の番号"),
        ward_confirms=True,
    ),
    RegisterKind.DEFECT: Register(
        "民法562条",
        party=lambda: _s("申し出た人と対象"),
        until=lambda: _s("直す期限"),
        ward_confirms=True,
        inspected=True,
    ),
    RegisterKind.COMPLETION: Register(
        "10",
        party=lambda: _s("届の名前"),
        number=lambda: _s("文書の番号"),
        ward_confirms=True,
        at_least_one=True,
        inspected=True,
    ),
}
