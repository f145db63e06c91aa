"""A first sign-in and the coupon by what a screen reader says: roles and names, nothing else.

Who hears the page finds each thing under one name, and each page says what it is first.
"""

import re
from urllib.parse import parse_qs, urlsplit

import pyotp
from playwright.sync_api import expect

from portal.domain.people.credentials.formats import print_password
from tests.browser.hands import Ears
from tests.browser.resident.served import Served
from tests.support.browser import PageFactory


def test_a_first_sign_in_from_what_a_screen_reader_says(
    served: Served, page_factory: PageFactory
) -> None:
    person = served.people["by ear"]
    page = page_factory(kept=False)
    served.speak(page, "ja")
    served.go(page, "/")
    ears = Ears(page)
    ears.press("サインインする", "link")
    ears.heading("サインイン")
    ears.type("ID（10けたの数字）", person.login_id)
    ears.type("パスワード", "CDFG HJKL MNPQ")
    ears.press("つぎへ")
    expect(page.get_by_role("alert")).to_have_count(1)
    ears.type("パスワード", print_password(person.password))
    ears.press("つぎへ")
    ears.heading("あて名の方の生年月日")
    ears.hear("こどもの生年月日ではありません。")
    ears.choose("西暦・和暦", "昭和")
    for name, text in (("年", "58"), ("月", "11"), ("日", "27")):
        ears.type(name, text)
    ears.press("つぎへ")
    ears.heading("確認の番号の受け取り方")
    group = page.get_by_role("group", name="受け取り方", exact=True)
    group.get_by_role("radio", name=re.compile("^認証アプリ")).check()
    ears.press("つぎへ")
    ears.heading("番号を確かめる")
    link = page.get_by_role("link", name="アプリを開いて登録する").get_attribute("href") or ""
    secret = parse_qs(urlsplit(link).query)["secret"][0]
    ears.type("6けたの番号", pyotp.TOTP(secret).at(served.now))
    ears.press("確かめて、登録する")
    ears.heading("控えのコードを書きとめてください")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(10)
    ears.press("書きとめました")
    ears.heading("電子クーポン")
    ears.hear("鶉野 珊瑚")
    ticket = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name="鶉野 珊瑚", exact=True)
    )
    ticket.get_by_role("button", name="クーポンを表示する", exact=True).press("Enter")
    expect(page).to_have_url(re.compile("/coupon/2$"))
    image = page.get_by_role("main").get_by_role(
        "img", name=re.compile("^電子クーポンの二次元コード")
    )
    number = (image.get_attribute("aria-label") or "").rsplit("番号", 1)[1].strip(" 。")
    expect(page.get_by_role("main")).to_contain_text(number)
