"""What agents say about a coupon follows from how its issuer lets it be used, as on the screen."""

from dataclasses import replace

import pytest

from portal.domain.contacts.scripts.defaults import LANGUAGES, default_scripts
from portal.domain.contacts.scripts.lines import filled
from portal.domain.contacts.scripts.values import values_of
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.domain.foundation.texts import use_locale
from portal.web.coupons.how_to_use import how_to_use

uses = pytest.mark.parametrize("use", list(IssuerUse))
codes = pytest.mark.parametrize("code", list(LANGUAGES))
TILL = {
    "ja": "払うお店の人だけに見せて",
    "easy": "{払|はら}う お{店|みせ}の {人|ひと}だけに {見|み}せて",
    "en": "Show it only to the shop where you pay",
    "zh": "请只出示给付款商店的店员",
    "ko": "계산하는 가게 직원에게만 보여",
}
"""What is said where a shop scans the screen, and nowhere else."""
NOBODY = {
    "ja": "お店の人にも、ほかの人にも",
    "easy": "お{店|みせ}の {人|ひと}にも、ほかの {人|ひと}にも",
    "en": "neither to a shop nor to anybody else",
    "zh": "店员或其他任何人",
    "ko": "가게 직원에게도 다른 사람에게도",
}
"""What is said where the issuer's page is shown, and not the coupon's screen."""
PIN = {"ja": "（PIN）", "easy": "（PIN）", "en": "PIN", "zh": "个人识别码", "ko": "PIN"}


def program(use: IssuerUse) -> Program:
    loaded = load_program("sample")
    return replace(loaded, issuer=replace(loaded.issuer, use=use))


def said(key: str, code: str, of: Program) -> str:
    text = default_scripts()[key].draft.texts[code]
    return filled(text, values_of(of, of.today), LANGUAGES[code])


@codes
@uses
def test_who_may_see_the_screen_follows_the_issuer(code: str, use: IssuerUse) -> None:
    told = said("answer.coupon.how_to_use", code, program(use))
    assert (TILL[code] in told) is (use is IssuerUse.SHOP_SCANS)
    assert (NOBODY[code] in told) is (use is IssuerUse.HOLDER_OPENS)
    assert (PIN[code] in told) is (use is IssuerUse.CODE_AND_PIN)


@uses
def test_agents_and_screen_allow_the_same_people_to_see_it(use: IssuerUse) -> None:
    of = program(use)
    with use_locale("ja"):
        screen = how_to_use(of).warning
    told = said("answer.coupon.how_to_use", "ja", of)
    for words in (
        "払うお店の人だけに見せて",
        "お店の人にも、ほかの人にも",
        "暗証番号（PIN）は、お金と同じ",
    ):
        assert (words in screen) is (words in told), words


@codes
def test_agents_name_the_address_of_the_list_of_shops(code: str) -> None:
    of = replace(load_program("sample"), resident_url="https://coupon.shiokaze.example")
    assert "coupon.shiokaze.example/shops" in said("answer.coupon.shops", code, of)
    unnamed = replace(of, resident_url="")
    assert "%(" not in said("answer.coupon.shops", code, unnamed)
    assert "/shops" not in said("answer.coupon.shops", code, unnamed)
