"""A sentence for the report is refused when somebody could be recognized in it, and let through when nobody could."""

import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.oversight.reports.monthly.deidentified import refuse_personal

FAMILY = ("山田　太郎", "ヤマダ　タロウ", "山田　陽", "ヤマダ　ハル", "髙橋　さくら")
TOWNS = ("潮見坂一丁目", "星影町")


@pytest.mark.parametrize(
    "text",
    [
        "お客様から、手紙が届かないとの問い合わせが多い（7月10日から14日で120件）。",
        "「クーポンの使い方が難しい」という意見が12件あった。",
        "お子さんが18歳になった方、お母さん、祖母様、ご主人様からの質問。",
        "皆様、保護者様、担当の職員さん、郵便局さんへの意見。",
        "令和5年7月の応答率は90.5%、サービスレベルは75.0%だった。",
        "2023年度の事業か、という質問。",
        "30,000円が少ない、3万円分を現金で欲しい、という意見が1200件。",
        "9:00-17:00 に電話がつながらない、という苦情。7/3と7/4に多い。",
        "一番多いのは配送。1番の回線が混んだ。同様の苦情が前回同様にあった。",
        "氏名の漢字が違うという申し出。仕様や模様の質問。様子を見る。",
        "たくさんの人がちゃんと届いたと話した。しかもちゃんと使えた。",
        "再配送は2回まで、18-19歳は対象か、3-4日かかるのか。",
        "QRコードが読めない（iPhone）。SMS が届かない。",
        "",
    ],
)
def test_what_names_nobody_is_let_through(text: str) -> None:
    refuse_personal(text, FAMILY, TOWNS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("山田様から苦情。", "名前「山田様」"),
        ("花子さんが泣いていた。", "名前「花子さん」"),
        ("スミスさんは英語。", "名前「スミスさん」"),
        ("Smithさんは英語。", "名前「Smithさん」"),
        ("ゆうき君の分。", "名前「ゆうき君」"),
        ("佐藤氏が担当。", "名前「佐藤氏」"),
        ("電話は03-1234-5678。", "番号「03-1234-5678」"),
        ("電話は０９０１２３４５６７８。", "番号「09012345678」"),
        ("電話は(03)1234 5678。", "番号「03)1234 5678」"),
        ("電話は〇三一二三四五六七八。", "番号「〇三一二三四五六七八」"),
        ("受付番号 CDFG-HJ34 の件。", "番号「CDFG-HJ34」"),
        ("受付番号CDFG-HJKLの件。", "番号「CDFG-HJKL」"),
        ("手紙の番号AB12CD34の件。", "番号「AB12CD34」"),
        ("書留 123-45-67890-1 の件。", "番号「123-45-67890-1」"),
        ("番号1234の件。", "番号「1234」"),
        ("3丁目に住む人。", "住所「3丁目」"),
        ("三丁目二番五号。", "住所「三丁目」"),
        ("5番12号の家。", "住所「5番12号」"),
        ("１０３号室の人。", "住所「103号室」"),
        ("〒の住所", "住所「〒」"),
        ("2-15の家。", "住所「2-15」"),
        ("星影町の人から。", "町名「星影町」"),
        ("潮見坂1丁目", "住所「1丁目」"),
        ("a.b@example.jp に送った。", "メールアドレス「a.b@example.jp」"),
        ("1985年3月9日生まれの方。", "年月日「1985年3月9日」"),
        ("昭和60年3月9日生まれ。", "年月日「昭和60年3月9日」"),
        ("山田が怒っていた。", "世帯の人の名前「山田」"),
        ("太郎の分が来ない。", "世帯の人の名前「太郎」"),
        ("やまだの件。", "世帯の人の名前「ヤマダ」"),
        ("高橋の家。", "世帯の人の名前「高橋」"),
        ("サクラの分。", "世帯の人の名前「サクラ」"),
        ("子は「はる」という。", "世帯の人の名前「ハル」"),
    ],
)
def test_what_names_somebody_is_refused_with_what_was_found(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse_personal(text, FAMILY, TOWNS)
    assert said in refused.value.message


def test_a_short_reading_inside_another_word_is_no_name() -> None:
    refuse_personal("メールがたくさん来るはずるいという意見。ナハルなどの語。", ("ハル",))
