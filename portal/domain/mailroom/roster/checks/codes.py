"""The codes of a roster check, with what each one means and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from portal.domain.foundation.texts import Labeled, _s

E01_COLUMNS = "E01_COLUMNS"
E02_HOUSEHOLD_NO = "E02_HOUSEHOLD_NO"
E03_PERSON_NO = "E03_PERSON_NO"
E04_BIRTHDATE = "E04_BIRTHDATE"
E05_BIRTHDATE_FUTURE = "E05_BIRTHDATE_FUTURE"
E06_NAME = "E06_NAME"
E07_POSTAL = "E07_POSTAL"
E08_TOWN = "E08_TOWN"
E09_NO_HOUSEHOLDER = "E09_NO_HOUSEHOLDER"
E10_TWO_HOUSEHOLDERS = "E10_TWO_HOUSEHOLDERS"
E11_PERSON_CONFLICT = "E11_PERSON_CONFLICT"
E12_BYTES = "E12_BYTES"
E13_CONTROL = "E13_CONTROL"
E14_HOUSEHOLD_ADDRESS = "E14_HOUSEHOLD_ADDRESS"
X01_TOO_OLD = "X01_TOO_OLD"
X02_TOO_YOUNG = "X02_TOO_YOUNG"
X03_LEFT_BEFORE_BASE = "X03_LEFT_BEFORE_BASE"
X04_NO_ELIGIBLE_CHILD = "X04_NO_ELIGIBLE_CHILD"
X05_DUPLICATE = "X05_DUPLICATE"
X06_NOT_RESIDENT_AT_BASE = "X06_NOT_RESIDENT_AT_BASE"
W01_PROTECTED = "W01_PROTECTED"
W02_GAIJI = "W02_GAIJI"
W03_NOT_IN_JISX0208 = "W03_NOT_IN_JISX0208"
W04_MINOR_HOUSEHOLDER = "W04_MINOR_HOUSEHOLDER"
W05_NOT_CHILD_OF_HOUSEHOLDER = "W05_NOT_CHILD_OF_HOUSEHOLDER"
W06_INSTITUTION = "W06_INSTITUTION"
W07_POSTAL_TOWN = "W07_POSTAL_TOWN"
W08_MANY_CHILDREN = "W08_MANY_CHILDREN"
W09_FOREIGN_NAME = "W09_FOREIGN_NAME"
W10_MOVED_AFTER_BASE = "W10_MOVED_AFTER_BASE"
W11_DIED_AFTER_BASE = "W11_DIED_AFTER_BASE"
W12_ERA_NORMALISED = "W12_ERA_NORMALISED"
W13_WIDTH_NORMALISED = "W13_WIDTH_NORMALISED"
W14_PARTIAL_BIRTHDATE = "W14_PARTIAL_BIRTHDATE"
W15_POSSIBLE_DUPLICATE = "W15_POSSIBLE_DUPLICATE"
W17_LONG_ADDRESS = "W17_LONG_ADDRESS"
W20_INCOMPLETE_HOUSEHOLD = "W20_INCOMPLETE_HOUSEHOLD"
W21_FORMULA_NAME = "W21_FORMULA_NAME"


class HoldCode(Labeled):
    """The codes that hold a whole household until people decide, with short labels for lists."""

    PROTECTED = W01_PROTECTED, lambda: _s("支援措置")
    GAIJI = W02_GAIJI, lambda: _s("外字")
    MINOR_HOUSEHOLDER = W04_MINOR_HOUSEHOLDER, lambda: _s("世帯主が対象の年齢")
    INSTITUTION = W06_INSTITUTION, lambda: _s("施設")
    MOVED_AFTER_BASE = W10_MOVED_AFTER_BASE, lambda: _s("転出・転居")
    DIED_AFTER_BASE = W11_DIED_AFTER_BASE, lambda: _s("死亡")
    PARTIAL_BIRTHDATE = W14_PARTIAL_BIRTHDATE, lambda: _s("生年月日の不明")
    POSSIBLE_DUPLICATE = W15_POSSIBLE_DUPLICATE, lambda: _s("二重の疑い")
    INCOMPLETE_HOUSEHOLD = W20_INCOMPLETE_HOUSEHOLD, lambda: _s("受け入れられない行")


HOLD_CODES = frozenset(code.value for code in HoldCode)
"""The codes for which a household is held, unless the program sets others."""


@dataclass(frozen=True)
class CodeExplanation:
    """The explanation of a code in the reader's language: what was found and what to do."""

    code: str
    meaning: str
    remedy: str
    holds: bool

    @property
    def level(self) -> str:
        """The level of the code by its letter: reject, exclude or warn."""
        return {"E": "reject", "X": "exclude"}.get(self.code[0], "warn")


def explanations(hold_codes: frozenset[str] = HOLD_CODES) -> Mapping[str, CodeExplanation]:
    """Return every code with its explanation in the current language, in the order of the codes."""
    texts = {**_reject_texts(), **_exclude_texts(), **_warn_texts()}
    return MappingProxyType(
        {
            code: CodeExplanation(code, meaning, remedy, code in hold_codes)
            for code, (meaning, remedy) in sorted(texts.items())
        }
    )


def explain(code: str, hold_codes: frozenset[str] = HOLD_CODES) -> CodeExplanation:
    """Return one code's explanation. Raises KeyError for an unknown code."""
    return explanations(hold_codes)[code]


def _reject_texts() -> dict[str, tuple[str, str]]:
    fix = _s("区に正しい値を確かめ、直したデータをもう一度取り込んでください。")
    return {
        E01_COLUMNS: (
            _s("列の数がレイアウトと違うか、世帯主区分がレイアウトにない値です。"),
            _s("この行の区切りと値を区に確かめ、直したデータをもう一度取り込んでください。"),
        ),
        E02_HOUSEHOLD_NO: (
            _s("世帯番号の桁数か文字が正しくありません。"),
            _s("表計算ソフトで先頭の0が消えていないか確かめ、元の抽出データを使ってください。"),
        ),
        E03_PERSON_NO: (
            _s("宛名番号の桁数か文字が正しくありません。"),
            _s("表計算ソフトで番号の形が変わっていないか確かめ、元の抽出データを使ってください。"),
        ),
        E04_BIRTHDATE: (_s("生年月日が空か、暦にない日付です。"), fix),
        E05_BIRTHDATE_FUTURE: (_s("生年月日が抽出日より後です。"), fix),
        E06_NAME: (_s("氏名が空です。"), fix),
        E07_POSTAL: (_s("郵便番号が7桁の数字ではありません。"), fix),
        E08_TOWN: (_s("町名が空です。"), fix),
        E09_NO_HOUSEHOLDER: (
            _s("世帯に、取り込める世帯主の行がありません。"),
            _s("世帯主がだれかを区に確かめ、世帯主の行を含むデータを取り込んでください。"),
        ),
        E10_TWO_HOUSEHOLDERS: (
            _s("一つの世帯に世帯主が二人以上います。"),
            _s("世帯主がだれかを区に確かめ、直したデータをもう一度取り込んでください。"),
        ),
        E11_PERSON_CONFLICT: (
            _s("同じ宛名番号で内容の違う行があります。"),
            _s("どちらが正しいかを区に確かめ、一方だけのデータを取り込んでください。"),
        ),
        E12_BYTES: (
            _s("文字が途中で切れているか、文字コードとして読めません。"),
            _s("この行を区の元データから出し直してもらってください。"),
        ),
        E13_CONTROL: (_s("見えない制御文字が入っています。"), fix),
        E14_HOUSEHOLD_ADDRESS: (
            _s("一つの世帯の中で住所が違います。"),
            _s("世帯の住所を区に確かめ、直したデータをもう一度取り込んでください。"),
        ),
    }


def _exclude_texts() -> dict[str, tuple[str, str]]:
    none = _s("対応は要りません。区の判断で加えるときは、指示書により追加してください。")
    return {
        X01_TOO_OLD: (_s("生年月日が対象期間より前です。"), none),
        X02_TOO_YOUNG: (_s("生年月日が対象期間より後です。"), none),
        X03_LEFT_BEFORE_BASE: (_s("基準日より前に転出または死亡しています。"), none),
        X04_NO_ELIGIBLE_CHILD: (_s("世帯に対象のこどもがいません。"), none),
        X05_DUPLICATE: (
            _s("まったく同じ行が前にあります。"),
            _s("対応は要りません。一度だけ数えています。"),
        ),
        X06_NOT_RESIDENT_AT_BASE: (_s("基準日より後に転入しています。"), none),
    }


def _warn_texts() -> dict[str, tuple[str, str]]:
    look = _s("取り込みは済んでいます。目で確かめてください。")
    return {
        W01_PROTECTED: (
            _s("支援措置の対象者がいます。"),
            _s("区の指示に従い、二人の承認で保留を解いてください。それまで何も送りません。"),
        ),
        W02_GAIJI: (
            _s("氏名か住所に、外字か、代わりの記号(〓など)があります。"),
            _s("区が認めた印字用の文字を登録すると保留が解けます。"),
        ),
        W03_NOT_IN_JISX0208: (_s("氏名か住所に、JIS X 0208 にない文字があります。"), look),
        W04_MINOR_HOUSEHOLDER: (
            _s("世帯主が対象のこどもの年齢です。"),
            _s("届け先を区に確かめ、保留を解いてください。"),
        ),
        W05_NOT_CHILD_OF_HOUSEHOLDER: (
            _s("世帯主の子ではないこどもです。世帯主に届けます。"),
            _s("対応は要りません。区の指示で届け先を変えることができます。"),
        ),
        W06_INSTITUTION: (
            _s("施設に入所しているこどもの世帯です。"),
            _s("届け先を区に確かめ、保留を解いてください。"),
        ),
        W07_POSTAL_TOWN: (
            _s("郵便番号と町名が合いません。"),
            _s("町名一覧と区のデータを確かめてください。このまま送ることもできます。"),
        ),
        W08_MANY_CHILDREN: (_s("対象のこどもが多い世帯です。"), look),
        W09_FOREIGN_NAME: (_s("氏名がローマ字です。"), look),
        W10_MOVED_AFTER_BASE: (
            _s("基準日の後に転出または転居しています。"),
            _s("今の住所を区に確かめ、二人の承認で保留を解いてください。"),
        ),
        W11_DIED_AFTER_BASE: (
            _s("基準日の後に死亡した人がいます。"),
            _s("区の判断を受け、二人の承認で保留を解いてください。"),
        ),
        W12_ERA_NORMALISED: (_s("元号の期間を過ぎた年を、正しい元号に読み替えました。"), look),
        W13_WIDTH_NORMALISED: (
            _s("半角カナか前後の空白があります。検索では同じ文字として扱います。"),
            look,
        ),
        W14_PARTIAL_BIRTHDATE: (
            _s("生年月日の月か日がわかりません。"),
            _s("対象かどうかを区に確かめ、保留を解いてください。"),
        ),
        W15_POSSIBLE_DUPLICATE: (
            _s("世帯の中に、氏名と生年月日が同じ人がいます。"),
            _s("同じ人かどうかを区に確かめ、二人の承認で保留を解いてください。"),
        ),
        W17_LONG_ADDRESS: (
            _s("住所が宛名の窓に入りきらないおそれがあります。"),
            _s("印刷前の確認で宛名を見てください。"),
        ),
        W20_INCOMPLETE_HOUSEHOLD: (
            _s("世帯の中に受け付けられない行があるため、世帯全体を保留にしました。"),
            _s("その行を区に直してもらい、もう一度取り込んでください。"),
        ),
        W21_FORMULA_NAME: (
            _s("氏名が、表計算ソフトの式のように始まっています。"),
            _s(
                "区に正しい氏名を確かめてください。書き出すファイルでは、"
                "先頭に「'」を付けて、式として動かないようにします。"
            ),
        ),
    }
