"""The success criteria that the accessibility statement answers, each with a plain name.

Levels A and AA of WCAG 2.2, and 4.1.1, which JIS X 8341-3:2016 (WCAG 2.0) still has.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.texts import _


class Level(StrEnum):
    """The level of a criterion."""

    A = "A"
    AA = "AA"


class Criterion(Struct, frozen=True):
    """A success criterion.

    Attributes:
        number: Its number in WCAG.
        level: Its level.
        in_jis: Whether JIS X 8341-3:2016 has it.
        words: Its name in the reader's language, in words of ours.
    """

    number: str
    level: Level
    in_jis: bool
    words: Callable[[], str]


A, AA = Level
CRITERIA = (
    Criterion("1.1.1", A, True, lambda: _("画像などの代わりになる文字")),
    Criterion("1.2.1", A, True, lambda: _("音だけ、映像だけの内容")),
    Criterion("1.2.2", A, True, lambda: _("録画の字幕")),
    Criterion("1.2.3", A, True, lambda: _("録画の説明の声か文字")),
    Criterion("1.2.4", AA, True, lambda: _("生放送の字幕")),
    Criterion("1.2.5", AA, True, lambda: _("録画の説明の声")),
    Criterion("1.3.1", A, True, lambda: _("見出しや表などの構造")),
    Criterion("1.3.2", A, True, lambda: _("意味の通る順番")),
    Criterion("1.3.3", A, True, lambda: _("形や場所や音だけにたよらない説明")),
    Criterion("1.3.4", AA, False, lambda: _("画面の縦と横")),
    Criterion("1.3.5", AA, False, lambda: _("入力の目的")),
    Criterion("1.4.1", A, True, lambda: _("色だけにたよらない表し方")),
    Criterion("1.4.2", A, True, lambda: _("音を止める方法")),
    Criterion("1.4.3", AA, True, lambda: _("文字と背景の色の差")),
    Criterion("1.4.4", AA, True, lambda: _("文字の大きさを変える")),
    Criterion("1.4.5", AA, True, lambda: _("文字の画像を使わない")),
    Criterion("1.4.10", AA, False, lambda: _("せまい画面、4倍の拡大")),
    Criterion("1.4.11", AA, False, lambda: _("欄やボタンの形の色の差")),
    Criterion("1.4.12", AA, False, lambda: _("文字の間をあける")),
    Criterion("1.4.13", AA, False, lambda: _("指を置くと出る説明")),
    Criterion("2.1.1", A, True, lambda: _("キーボードだけで使う")),
    Criterion("2.1.2", A, True, lambda: _("キーボードで抜け出せる")),
    Criterion("2.1.4", A, False, lambda: _("1文字のショートカット")),
    Criterion("2.2.1", A, True, lambda: _("時間を延ばせる")),
    Criterion("2.2.2", A, True, lambda: _("動くものを止められる")),
    Criterion("2.3.1", A, True, lambda: _("1秒に3回より多く光らない")),
    Criterion("2.4.1", A, True, lambda: _("くり返しを飛ばす")),
    Criterion("2.4.2", A, True, lambda: _("ページの題名")),
    Criterion("2.4.3", A, True, lambda: _("移る順番")),
    Criterion("2.4.4", A, True, lambda: _("リンクの目的")),
    Criterion("2.4.5", AA, True, lambda: _("いくつかの行き方")),
    Criterion("2.4.6", AA, True, lambda: _("見出しと欄の名前")),
    Criterion("2.4.7", AA, True, lambda: _("いまいる場所が見える")),
    Criterion("2.4.11", AA, False, lambda: _("いまいる場所がかくれない")),
    Criterion("2.5.1", A, False, lambda: _("指1本での操作")),
    Criterion("2.5.2", A, False, lambda: _("押すのをやめられる")),
    Criterion("2.5.3", A, False, lambda: _("見える名前と読み上げる名前")),
    Criterion("2.5.4", A, False, lambda: _("傾けたり振ったりしない操作")),
    Criterion("2.5.7", AA, False, lambda: _("引きずらない操作")),
    Criterion("2.5.8", AA, False, lambda: _("ボタンの大きさ")),
    Criterion("3.1.1", A, True, lambda: _("ページのことば")),
    Criterion("3.1.2", AA, True, lambda: _("一部のことば")),
    Criterion("3.2.1", A, True, lambda: _("移っただけで変わらない")),
    Criterion("3.2.2", A, True, lambda: _("入力しただけで変わらない")),
    Criterion("3.2.3", AA, True, lambda: _("同じ並びの案内")),
    Criterion("3.2.4", AA, True, lambda: _("同じものは同じ名前")),
    Criterion("3.2.6", A, False, lambda: _("助けの場所")),
    Criterion("3.3.1", A, True, lambda: _("まちがいの場所")),
    Criterion("3.3.2", A, True, lambda: _("欄の名前と説明")),
    Criterion("3.3.3", AA, True, lambda: _("まちがいの直し方")),
    Criterion("3.3.4", AA, True, lambda: _("大事な操作の前の確認")),
    Criterion("3.3.7", A, False, lambda: _("同じことを二度書かせない")),
    Criterion("3.3.8", AA, False, lambda: _("おぼえさせないサインイン")),
    Criterion("4.1.1", A, True, lambda: _("ページの書き方（2.2では、なくなった項目）")),
    Criterion("4.1.2", A, True, lambda: _("読み上げのための名前と役割")),
    Criterion("4.1.3", AA, False, lambda: _("読み上げのための知らせ")),
)
