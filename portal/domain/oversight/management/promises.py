"""What the plan of the work and the receipts promise the ward, each with what shows it."""

from msgspec import Struct

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.proofs import Proof, prove


class Promise(Struct, frozen=True):
    """A sentence of a paper: its heading, its text, and the names of the proofs that show it.

    Without proofs it says what people do, not what the software does.
    """

    title: str
    text: str
    proofs: tuple[str, ...] = ()


class Kept(Struct, frozen=True):
    """A promise with its proofs, looked at now."""

    promise: Promise
    proofs: tuple[Proof, ...]

    @property
    def holds(self) -> bool:
        """Whether every proof holds."""
        return all(proof.holds for proof in self.proofs)

    @property
    def fails(self) -> bool:
        """Whether some proof shows that it is not kept."""
        return any(proof.fails for proof in self.proofs)

    @property
    def printed(self) -> str:
        """The sentence as a paper may say it now: one that does not hold is no promise."""
        return self.promise.text if self.holds else broken(self.proofs)

    @property
    def shown_by(self) -> str:
        """What shows it, for a paper; "–" for what people do."""
        return "、".join(proof.check for proof in self.proofs) or "–"


def broken(proofs: tuple[Proof, ...]) -> str:
    """Return what a paper says instead of a promise of which some proof does not hold."""
    failing = [proof for proof in proofs if proof.fails]
    if not failing:
        return _s("この版では、まだ示せません。このプログラムに、試験の結果が付いていません。")
    found = "".join(proof.found for proof in failing)
    return _s("まだできていません。%(found)s") % {"found": found}


def look_at(work: Work, *promises: Promise) -> tuple[Kept, ...]:
    """Return the promises with what their proofs show now."""
    return tuple(Kept(promise, prove(work, promise.proofs)) for promise in promises)


def not_kept(work: Work) -> tuple[Kept, ...]:
    """Return the promises of plan and receipts that some proof does not show now."""
    every = look_at(work, *risks(), *security(work.program), disposal())
    return tuple(kept for kept in every if not kept.holds)


def risks() -> tuple[Promise, ...]:
    """Return what the plan says against each risk."""
    return (*_risks_of_letters(), *_risks_of_operation())


def _risks_of_letters() -> tuple[Promise, ...]:
    return (
        Promise(
            _s("手紙が、本人以外の手に渡る"),
            _s(
                "IDとパスワードのほかに、生年月日と確認の番号を求める。戻った手紙のIDは、"
                "すぐに止める。"
            ),
            ("first_sign_in", "returned"),
        ),
        Promise(
            _s("支援措置の対象者の住所が知られる"),
            _s(
                "区の職員だけが扱う。用紙に、住所とこどもの名前を印刷しない。"
                "印刷の直前に、名簿と照らし合わせる。"
            ),
            ("protected", "own_letters", "stopped_print"),
        ),
        Promise(
            _s("手紙のファイルがなくなる"),
            _s(
                "印刷会社の鍵で暗号にして渡す。なくなったら、"
                "全部の手紙のIDを1回の操作で無効にする。"
            ),
            ("archives", "lost_archive"),
        ),
        Promise(
            _s("不在や宛先不明で届かない"),
            _s(
                "戻った郵便を1通ずつ登録し、再配送を2回以上申し出る。届いていないものを、"
                "いつでも一覧で示す。"
            ),
            ("returned",),
        ),
    )


def _risks_of_operation() -> tuple[Promise, ...]:
    return (
        Promise(
            _s("クーポンが店で使えない"),
            _s("発行者に照会し、コードを止めて差し替える。件数が多いときは、お知らせを出す。"),
            ("coupon_faults",),
        ),
        Promise(
            _s("問い合わせが集中する"),
            _s("応答率を30分ごとに見て、発送の日を分ける。"),
            ("half_hours",),
        ),
        Promise(
            _s("停電や通信の停止"),
            _s("紙の受付票と予備の拠点で続け、後で本当の時刻で入力する。"),
            ("paper_calls", "reserve_site"),
        ),
        Promise(
            _s("人数や額が合わない"),
            _s("こどもの人数と額を、状態ごとにいつも合計し、取り込みの合計と比べる。"),
            ("sums",),
        ),
    )


def security(program: Program) -> tuple[Promise, ...]:
    """Return what the plan says about the safety of the data."""
    return (
        Promise(
            _s("本人の確認"),
            _s("ID・パスワード、世帯主の生年月日、確認の番号（%(n)s通りの受け取り方）")
            % {"n": len(program.channels.names)},
            ("first_sign_in", "resident_factors"),
        ),
        Promise(
            _s("職員の確認"),
            _s("パスワードと認証アプリ。登録した拠点からだけ使える。"),
            ("staff_factors", "sites"),
        ),
        Promise(
            _s("保存"),
            _s("個人情報とコードは、世帯ごとの鍵で暗号にする。鍵は別の場所に置く。"),
            ("sealed", "no_code_outside"),
        ),
        Promise(
            _s("記録"),
            _s("すべての変更と閲覧を記録する。書き換えと消去は、封印で見つかる。"),
            ("indelible",),
        ),
        Promise(_s("くわしい回答"), _s("別紙「セキュリティチェックリストへの回答」")),
    )


def disposal() -> Promise:
    """Return what a receipt of data says about the end."""
    return Promise(
        _s("データの廃棄"),
        _s(
            "業務の期間が終わったら、受託者と区の人が立ち会って鍵とデータを廃棄し、"
            "廃棄証明書を出します。その後は、どのバックアップからも読めません。"
        ),
        ("disposal", "disposed"),
    )
