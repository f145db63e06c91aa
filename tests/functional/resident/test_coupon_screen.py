"""The coupon's page says who does what with the code, as the program says how its issuer works."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select, update

from portal.app import serve_residents
from portal.domain.foundation.languages import LANGUAGES, OFFERED
from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.domain.letters.letters.drawing import coupon_picture
from portal.domain.letters.letters.drawing.picture import Picture, draw_picture
from portal.domain.people.coupons.models import CouponBatch
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.models import Child
from portal.platform.rendering.templating import ruby
from tests.support.people import CANARY_CHILDREN
from tests.support.reading.qr import decode_png
from tests.support.resident import Resident, Visitor, resident_routes

OPENS = re.compile(r'<a class="button( second)?" href="[^"]+" rel="noreferrer"')
ANYBODY = "ほかの人にも見せないでください"
uses = pytest.mark.parametrize("use", list(IssuerUse))


def used(resident: Resident, use: IssuerUse) -> Resident:
    """The site of a program whose issuer works in this way."""
    program = resident.site.program
    issuer = replace(program.issuer, use=use)
    site = replace(resident.site, filed=replace(program, issuer=issuer))
    return replace(resident, site=site, app=serve_residents(resident_routes(site.settings), site))


def with_coupon(resident: Resident, children: int = 2) -> Visitor:
    """A family whose first coupon is shown."""
    person = resident.add(active=True, children=children)
    resident.give_coupons()
    visitor = resident.enter(person)
    visitor.open("/home")
    visitor.send("/coupon/1/reveal")
    assert visitor.place == "/coupon/1"
    return visitor


def text_of(visitor: Visitor, path: str) -> str:
    return visitor.open(path).text


@uses
def test_what_one_does_first_stands_first(sqlite_resident: Resident, use: IssuerUse) -> None:
    page = text_of(with_coupon(used(sqlite_resident, use)), "/coupon/1")
    code, number = page.index("data-qr"), page.index('class="number"')
    button = OPENS.search(page)
    match use:
        case IssuerUse.SHOP_SCANS:
            assert button is None, "nobody at a till wants another page"
            assert code < number
        case IssuerUse.HOLDER_OPENS:
            assert button is not None
            assert button.start() < code < number
        case IssuerUse.CODE_AND_PIN:
            assert button is not None
            assert number < code < button.start()


@uses
def test_steps_warning_and_help_agree(sqlite_resident: Resident, use: IssuerUse) -> None:
    visitor = with_coupon(used(sqlite_resident, use))
    page, checks = text_of(visitor, "/coupon/1"), text_of(visitor, "/coupon/1/trouble")
    steps = re.findall(r"<ol class=\"how\">.*?</ol>", page, re.DOTALL)
    assert len(steps) == 1
    assert steps[0].count("<svg") == steps[0].count("<li>") == 3
    assert steps == re.findall(
        r"<ol class=\"how\">.*?</ol>", text_of(visitor, "/help/use"), re.DOTALL
    )
    said = {
        IssuerUse.SHOP_SCANS: ("お店の人が、店の機械で", "払うお店の人だけに見せて", "別のレジ"),
        IssuerUse.HOLDER_OPENS: (
            "この電話では読み取れません",
            ANYBODY,
            "お店に見せる画面か、確かめる",
        ),
        IssuerUse.CODE_AND_PIN: ("暗証番号（PIN）を入力", "ほかの人に教えないで", "1字ずつ"),
    }
    for kind, (step, warning, check) in said.items():
        assert ((step in page), (warning in page), (check in checks)) == ((kind is use,) * 3)


@pytest.mark.parametrize("code", [one.code for one in LANGUAGES])
@uses
def test_issuer_contact_terms_and_no_cash_stand_there_in_every_language(
    sqlite_resident: Resident, use: IssuerUse, code: str
) -> None:
    resident = used(sqlite_resident, use)
    visitor = with_coupon(resident)
    visitor.http.cookies.set("lang", code)
    page = text_of(visitor, "/coupon/1")
    issuer = resident.site.program.issuer
    locale = next(one.locale for one in LANGUAGES if one.code == code)
    assert f'href="{issuer.link}">{issuer.telephone}</a>' in page
    assert str(ruby(issuer.name.in_language(locale))) in page
    for line in issuer.terms.in_language(locale).split("\n"):
        assert str(ruby(line)) in page
    if code == "ja":
        assert "お金にかえること、ほかの人にわたすこと、売ることはできません" in page


def test_the_number_is_read_aloud_sign_by_sign(sqlite_resident: Resident) -> None:
    page = text_of(with_coupon(sqlite_resident), "/coupon/1")
    (shown,) = re.findall(r'class="number"><span aria-hidden="true">([^<]+)</span>', page)
    (aloud,) = re.findall(r'<span class="aloud">([^<]+)</span>', page)
    assert aloud.split(" ") == list(shown)


def test_the_page_says_when_it_was_shown_and_checked(sqlite_resident: Resident) -> None:
    visitor = with_coupon(sqlite_resident)
    before = text_of(visitor, "/coupon/1")
    sqlite_resident.clock.advance(minutes=7)
    after = text_of(visitor, "/coupon/1")
    clock = r"(午[前後]\d+時(?:\d+分)?)"
    said = f"{clock}に表示し、使えることを{clock}に確かめました"
    times = [re.findall(said, page) for page in (before, after)]
    assert [len(found) for found in times] == [1, 1]
    assert times[0] != times[1]
    assert all(shown == checked for ((shown, checked),) in times)


def test_the_next_child_is_one_tap_away_and_its_first_showing_a_press(
    sqlite_resident: Resident,
) -> None:
    visitor = with_coupon(sqlite_resident)
    page = text_of(visitor, "/coupon/1")
    assert 'action="/coupon/2/reveal" method="post"' in page
    assert 'href="/coupon/2"' not in page, "no link may show a code for the first time"
    assert CANARY_CHILDREN[1][0] in page
    second = visitor.send("/coupon/2/reveal").text
    assert visitor.place == "/coupon/2"
    assert 'href="/coupon/1"' in second
    assert "/coupon/1/reveal" not in second
    assert 'href="/coupon/2"' in text_of(visitor, "/coupon/1")


def test_where_showing_cannot_be_undone_the_warning_stands_before_the_press(
    sqlite_resident: Resident,
) -> None:
    visitor = with_coupon(sqlite_resident)
    with sqlite_resident.database.write() as session:
        session.execute(update(CouponBatch).values(stop="never"))
    page = text_of(visitor, "/coupon/1")
    assert page.index("一度表示すると、辞退する") < page.index('action="/coupon/2/reveal"')


def test_a_child_without_a_coupon_to_show_leads_home(sqlite_resident: Resident) -> None:
    visitor = with_coupon(sqlite_resident)
    with sqlite_resident.database.write() as session:
        second = select(Child.id).where(Child.ordinal == 2)
        session.execute(
            update(Entitlement)
            .where(Entitlement.child_id.in_(second))
            .values(state=EntitlementState.HELD)
        )
    page = text_of(visitor, "/coupon/1")
    assert "/coupon/2" not in page
    assert 'href="/home#child-2"' in page


@pytest.mark.parametrize("code", [one.code for one in OFFERED])
def test_the_picture_to_keep_scans_and_has_all_but_a_name(
    sqlite_resident: Resident, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_data: list[str] = []
    monkeypatch.setattr(coupon_picture, "draw_picture", noting(set_data))
    visitor = with_coupon(sqlite_resident)
    visitor.http.cookies.set("lang", code)
    page = text_of(visitor, "/coupon/1")
    answer = visitor.get("/coupon/1/picture.png")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="coupon-1.png"'
    assert answer.headers["cache-control"] == "no-store"
    (scanned,) = decode_png(answer.content)
    assert scanned.casefold() in page.casefold()
    (told,) = set_data
    (number,) = re.findall(r'class="number"><span aria-hidden="true">([^<]+)</span>', page)
    program = sqlite_resident.site.program
    for part in (number, program.issuer.telephone, program.contact.telephone, "30,000"):
        assert part in told
    for name, kana in CANARY_CHILDREN:
        assert name not in told
        assert kana not in told
    if code == "ja":
        for sentence in (
            "交換できるのは、2023年12月31日までです。",
            "ほかの人にわたすこと、売ることはできません",
            "保存した日時: 2023年",
            "写真のアプリで消して",
            *program.issuer.terms.ja.split("\n"),
        ):
            assert sentence in told


def noting(told: list[str]) -> Callable[[Picture], bytes]:
    """Draw as ever, and note the words that are drawn."""

    def draw(picture: Picture) -> bytes:
        texts = (picture.title, picture.number, picture.pin, picture.lines, picture.small)
        told.append(json.dumps(texts, ensure_ascii=False))
        return draw_picture(picture)

    return draw


def test_who_may_not_see_a_coupon_gets_no_picture(sqlite_resident: Resident) -> None:
    visitor = with_coupon(sqlite_resident)
    assert visitor.get("/coupon/2/picture.png").status_code == 404, "it was never shown"
    assert visitor.get("/coupon/3/picture.png").status_code == 404, "there is no such child"
    stranger = sqlite_resident.visitor()
    assert stranger.get("/coupon/1/picture.png").headers["location"] == "/signin"


def test_only_pages_that_show_nothing_of_their_request_are_compressed(
    sqlite_resident: Resident,
) -> None:
    visitor = with_coupon(sqlite_resident)
    packs, plain = (
        {path: raw(visitor, path, takes) for path in PAGES} for takes in ("gzip, br", "identity")
    )
    packed = [path for path in PAGES if "content-encoding" in packs[path]]
    assert packed == ["/coupon/1", "/help", "/help/use"]
    assert packs["/help"]["vary"] == "accept-encoding"
    assert [path for path in PAGES if "content-encoding" in plain[path]] == []
    for answers in (packs, plain):
        assert answers["/coupon/1"]["content-type"] == "text/html; charset=utf-8"


PAGES = (
    "/coupon/1",
    "/help",
    "/help/use",
    "/home",
    "/account",
    "/signin?id=1",
    "/lost/ask?about=x",
)


def raw(visitor: Visitor, path: str, takes: str) -> httpx.Headers:
    """The headers as they were sent."""
    return visitor.loop.run(visitor.http.get(path, headers={"accept-encoding": takes})).headers


@uses
def test_what_helps_at_the_till_comes_before_a_case_is_opened(
    sqlite_resident: Resident, use: IssuerUse
) -> None:
    page = text_of(with_coupon(used(sqlite_resident, use)), "/coupon/1/trouble")
    at_once = {
        IssuerUse.SHOP_SCANS: ("画面を明るくする", "番号を伝える", "別のレジで、ためす"),
        IssuerUse.HOLDER_OPENS: ("お店に見せる画面か、確かめる", "画面を明るくする"),
        IssuerUse.CODE_AND_PIN: ("1字ずつ",),
    }[use]
    then = ("使えるお店か、確かめる", "もう使っていないか", "それでも使えないとき", "調べてもらう")
    places = [page.index(words) for words in (*at_once, *then)]
    assert places == sorted(places)
    assert "<form" not in page.split("<main")[1].split("</main>")[0], "nothing is asked here"


def test_home_says_a_last_day_that_two_steps_share_once(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add(active=True, children=2)
    sqlite_resident.give_coupons()
    visitor = sqlite_resident.enter(person)
    visitor.send("/coupon/1/reveal")
    begun = re.search(r'<section class="next".*?</section>', visitor.open("/home").text, re.DOTALL)
    assert begun is not None
    assert "クーポンを表示する" in begun[0]
    assert "クーポンを使う" in begun[0]
    assert begun[0].count("交換できるのは") == 1
