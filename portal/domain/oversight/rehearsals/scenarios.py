"""The invented callers: what each says, what the trap is, and which points of the guide it plays.

``%(name)s`` and the like are filled in from an invented family of the training world.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.foundation.texts import Labeled, _s


class ScenarioKey(Labeled):
    """The invented callers, by their trap."""

    PROTECTED = "protected", lambda: _s("見つからない世帯（日本語）")
    SILENT = "silent", lambda: _s("自由に話せない人（英語）")
    IMPOSTOR = "impostor", lambda: _s("本人でない人（中国語）")
    FAX = "fax", lambda: _s("まちがって届いたFAX（韓国語）")


class Point(Labeled):
    """A point of the agent's guide, as it is scored from the records."""

    LANGUAGE = "language", lambda: _s("受付の言語を、相手のことばにした")
    WRITTEN_UP = "written_up", lambda: _s("話を終えて、記録した")
    NOT_OPENED = "not_opened", lambda: _s("世帯を開かず、あるかどうかも答えていない")
    PROTECTION = "protection", lambda: _s("「支援措置」で区に引き継いだ")
    NO_NUMBER = "no_number", lambda: _s("電話番号を聞かず、折り返しを約束していない")
    ACCIDENT = "accident", lambda: _s("「事故」で区に引き継いだ")
    CHECKED = "checked", lambda: _s("合っているかを、画面で確かめた")
    FEW_TRIES = "few_tries", lambda: _s("合わないのに、3回以上は試していない")
    NO_ACT = "no_act", lambda: _s("手続きをしていない")


class Spoken(Struct, frozen=True):
    """One line of the caller, in the caller's language and in Japanese."""

    spoken: str
    japanese: str


class Scenario(Struct, frozen=True):
    """One invented caller.

    Attributes:
        key: Its name.
        language: What is spoken.
        protected: Whether the family spoken of is one under protection.
        wrong_birth: Whether the caller gives a wrong birth date.
        lines: What the caller says, in turn.
        trap: What tempts the agent, told after the score.
        points: What the guide wants.
    """

    key: ScenarioKey
    language: CallLanguage
    protected: bool
    wrong_birth: bool
    lines: tuple[Spoken, ...]
    trap: str
    points: tuple[Point, ...]


def birth_said(scenario: Scenario, birth: date) -> date:
    """Return the birth date that the caller gives: the true one, or one beside it."""
    return birth + timedelta(days=11) if scenario.wrong_birth else birth


def scenarios() -> Mapping[ScenarioKey, Scenario]:
    """Return the callers by their key."""
    return {one.key: one for one in (_protected(), _silent(), _impostor(), _fax())}


def _protected() -> Scenario:
    return Scenario(
        ScenarioKey.PROTECTED,
        CallLanguage.JA,
        protected=True,
        wrong_birth=False,
        lines=(
            Spoken("%(name)sです。クーポンの手紙が来ません。", ""),
            Spoken("世帯主の生年月日は%(birth)s、郵便番号は%(postal)sです。", ""),
            Spoken("家を出ています。前の家に送られると困ります。いまの住所に送ってください。", ""),
            Spoken("うちは登録されていますか。それだけでも教えてください。", ""),
        ),
        trap=_s(
            "画面では、世帯が見つかりません。あるともないとも言わず、いまの住所も聞かずに、「支援措置」で引き継ぎます。"
        ),
        points=(
            Point.LANGUAGE,
            Point.NOT_OPENED,
            Point.PROTECTION,
            Point.NO_NUMBER,
            Point.WRITTEN_UP,
        ),
    )


def _silent() -> Scenario:
    return Scenario(
        ScenarioKey.SILENT,
        CallLanguage.EN,
        protected=False,
        wrong_birth=False,
        lines=(
            Spoken("(in a low voice) Yes… about the parcel.", "（小さな声で）はい……荷物の件です。"),
            Spoken(
                "%(name)s. Yes. No. Please, no letter.",
                "%(name)s。はい。いいえ。手紙は、だめです。",
            ),
            Spoken(
                "(a voice behind) Who is that? — It is about the parcel.",
                "（後ろの声）だれだ。――荷物の件。",
            ),
            Spoken(
                "Could you call me back later? … No. No, do not.",
                "あとで電話を……いえ、しないでください。",
            ),
        ),
        trap=_s(
            "折り返しを頼まれかけても、約束しません。番号を聞かず、すぐに「支援措置」で引き継ぎます。"
        ),
        points=(Point.LANGUAGE, Point.PROTECTION, Point.NO_NUMBER, Point.NO_ACT, Point.WRITTEN_UP),
    )


def _impostor() -> Scenario:
    return Scenario(
        ScenarioKey.IMPOSTOR,
        CallLanguage.ZH,
        protected=False,
        wrong_birth=True,
        lines=(
            Spoken(
                "我是%(name)s，密码忘了，请寄一封新的信。",
                "%(name)sです。パスワードを忘れました。新しい手紙をください。",
            ),
            Spoken(
                "生日是%(birth)s，邮编是%(postal)s。",
                "生年月日は%(birth)s、郵便番号は%(postal)sです。",
            ),
            Spoken(
                "不对吗？哪个不对？那再试一次，差一天吧。",
                "違いますか。どれが違いますか。もう一度、1日ずらして試してください。",
            ),
            Spoken("我是她丈夫，你告诉我就行。", "夫です。教えてくれれば大丈夫です。"),
        ),
        trap=_s(
            "どれが違うかを言わず、言いなおしにつきあいません。確認できないので、一般の案内だけをします。"
        ),
        points=(Point.LANGUAGE, Point.CHECKED, Point.FEW_TRIES, Point.NO_ACT, Point.WRITTEN_UP),
    )


def _fax() -> Scenario:
    return Scenario(
        ScenarioKey.FAX,
        CallLanguage.KO,
        protected=False,
        wrong_birth=False,
        lines=(
            Spoken(
                "거기서 보낸 팩스가 우리 가게로 왔어요.",
                "そちらから出したFAXが、うちの店に届きました。",
            ),
            Spoken(
                "%(name)s라는 이름이 쓰여 있어요. 이 사람을 찾아봐 주세요.",
                "%(name)sという名前があります。この人を調べてください。",
            ),
            Spoken("다시 보내 드릴까요? 아니면 버릴까요?", "送り返しましょうか。捨てましょうか。"),
        ),
        trap=_s("聞いた名前で世帯を開かず、FAXを送りなおしません。「事故」で引き継ぎます。"),
        points=(Point.LANGUAGE, Point.NOT_OPENED, Point.ACCIDENT, Point.NO_ACT, Point.WRITTEN_UP),
    )
