"""Passkeys in a real browser, with a device that the browser itself stands in for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import CDPSession, Page, Route
from sqlalchemy import select, update

from portal.domain.people.authn.models import Passkey
from tests.browser.resident.screens import send
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory
from tests.support.gates import check_page, language, pseudo, sizes
from tests.support.people import Person, give_coupons

BUTTON = "パスキーでサインインする"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ELSEWHERE = "http://localhost:9/"


@dataclass
class Phone:
    """A browser on a phone that makes passkeys, of a family that is signed in."""

    served: Served
    page: Page
    person: Person
    line: CDPSession
    device: str

    def add(self, name: str = "みどりの電話") -> None:
        """Add a passkey from the settings, as a parent does."""
        self.served.go(self.page, "/account")
        self.page.get_by_role("link", name="パスキーを見る").click()
        self.page.get_by_role("link", name="この機器にパスキーを登録する").click()
        self.page.check("#who")
        send(self.page, password=self.person.password)
        assert self.page.url.endswith("/account/passkeys/make")
        self.page.fill("#name", name)
        self.page.get_by_role("button", name="パスキーを登録する").click()
        self.page.wait_for_url(re.compile("/account/changes$"))

    def begin(self) -> None:
        """Let the passkey count from now on."""
        earlier = self.served.now - timedelta(minutes=1)
        with self.served.database.write() as session:
            mine = Passkey.credential_id == self.person.credential_id
            session.execute(update(Passkey).where(mine).values(opens_at=earlier))

    def passkeys(self) -> int:
        """How many passkeys the family has."""
        with self.served.database.read() as session:
            mine = Passkey.credential_id == self.person.credential_id
            return len(session.scalars(select(Passkey.id).where(mine)).all())

    def leave(self) -> None:
        """Sign out, and open the page to sign in."""
        self.page.locator("#signout-form button").click()
        self.page.wait_for_url(re.compile("/signedout$"))
        self.served.go(self.page, "/signin")


@pytest.fixture
def phone(named: Served, page_factory: PageFactory) -> Iterator[Phone]:
    page = page_factory(width=360, height=740)
    person = named.add(active=True)
    named.people[str(person.credential_id)] = person
    named.enter(page, str(person.credential_id))
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    made = line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield Phone(named, page, person, line, made["authenticatorId"])
    line.send("WebAuthn.disable")  # the page is handed on
    line.detach()


def test_one_press_signs_in_and_nothing_is_typed(phone: Phone) -> None:
    phone.add()
    assert "パスキーをふやす" in phone.page.inner_text("main")
    phone.leave()
    phone.page.get_by_role("button", name=BUTTON).click()
    phone.page.wait_for_url(re.compile("/signin/passkey/submit$"))
    assert "サインインできませんでした" in phone.page.inner_text("main"), "it waits for a day"
    phone.begin()
    phone.served.go(phone.page, "/signin")
    phone.page.get_by_role("button", name=BUTTON).click()
    phone.page.wait_for_url(re.compile("/home$"))
    phone.served.go(phone.page, "/account/channel")
    assert phone.page.url.endswith("/account/by-passkey"), "and changes nothing"


def test_a_passkey_that_waits_is_called_off(phone: Phone) -> None:
    phone.add()
    send(phone.page, "form[action='/account/changes/cancel']")
    assert "取り消しました" in phone.page.inner_text("main")
    assert phone.passkeys() == 0


def test_a_passkey_is_removed_after_a_question(phone: Phone) -> None:
    phone.add()
    phone.begin()
    phone.served.go(phone.page, "/account/passkeys")
    assert "みどりの電話" in phone.page.inner_text("main")
    phone.page.get_by_role("link", name="このパスキーを消す").click()
    send(phone.page)
    assert phone.page.url.endswith("/account/changes")
    assert "パスキーを消す" in phone.page.inner_text("main")


def test_a_device_that_has_one_says_so(phone: Phone) -> None:
    phone.add()
    phone.served.go(phone.page, "/account/passkeys/new")
    phone.page.check("#who")
    send(phone.page, password=phone.person.password)
    phone.page.get_by_role("button", name="パスキーを登録する").click()
    phone.page.get_by_text("もうパスキーがあります").wait_for()
    assert phone.passkeys() == 1


def test_whoever_is_not_its_owner_gets_no_further_and_may_type(phone: Phone) -> None:
    phone.add()
    phone.begin()
    phone.leave()
    lock = {"authenticatorId": phone.device, "isUserVerified": False}
    phone.line.send("WebAuthn.setUserVerified", lock)
    phone.page.get_by_role("button", name=BUTTON).click()
    phone.page.get_by_text("できませんでした。もう一度押すか").wait_for()
    assert phone.page.url.endswith("/signin")
    assert phone.page.locator("#login_id").is_visible()


def test_an_answer_that_another_site_got_is_refused(phone: Phone) -> None:
    """A7: the same device, the same challenge, another origin."""
    phone.add()
    phone.begin()
    base = phone.served.server.url
    with httpx.Client(base_url=base) as thief:
        token = re.findall(r'name="form_token" value="(\w+)"', thief.get("/signin").text)[-1]
        asked = thief.get("/signin/passkey/options").json()
        answer = answered_elsewhere(phone.page, asked["challenge"])
        sent = {"form_token": token, "passkey": answer}
        refused = thief.post("/signin/passkey/submit", data=sent)
    assert refused.status_code == 422
    assert "サインインできませんでした" in refused.text


def answered_elsewhere(page: Page, challenge: str) -> str:
    """Let the device answer a challenge on a page of another origin."""

    def blank(route: Route) -> None:
        route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")

    page.route(f"{ELSEWHERE}**", blank)
    page.goto(ELSEWHERE)
    answer: str = page.evaluate(
        """async (challenge) => {
          const bytes = (text) => Uint8Array.from(
            atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
          const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
            .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
          const made = await navigator.credentials.get({ publicKey: {
            challenge: bytes(challenge), rpId: "localhost", userVerification: "required" } });
          const response = {};
          ["clientDataJSON", "authenticatorData", "signature", "userHandle"].forEach((name) => {
            response[name] = text(made.response[name]); });
          const rawId = text(made.rawId);
          return JSON.stringify({ id: made.id, rawId, type: made.type, response });
        }""",
        challenge,
    )
    return answer


def test_without_a_script_nothing_is_offered_and_the_page_says_so(
    named: Served, page_factory: PageFactory
) -> None:
    page = page_factory(javascript=False)
    named.go(page, "/signin")
    assert not page.get_by_role("button", name=BUTTON).is_visible()
    assert page.locator("#login_id").is_visible()
    named.enter(page)
    for path in ("/start/passkey", "/account/passkeys"):
        named.go(page, path)
        assert page.get_by_text("このブラウザーでは、パスキーを使えません").is_visible()
        assert not page.locator("a[href='/account/passkeys/new']").is_visible()


SCREENS = (
    "/start/passkey",
    "/account",
    "/account/passkeys",
    "/account/passkeys/new",
    "/account/passkeys/make",
    "/account/changes",
    "/account/passkeys/remove",
    "/account/by-passkey",
)


@pytest.mark.parametrize("spoken", list(LANGUAGES))
def test_every_screen_with_passkeys_passes_the_gates(phone: Phone, spoken: str) -> None:
    phone.add(name="")
    with phone.served.database.read() as session:
        mine = Passkey.credential_id == phone.person.credential_id
        key = session.scalars(select(Passkey.id).where(mine)).one()
    phone.served.go(phone.page, "/account/passkeys/new")
    phone.page.check("#who")
    send(phone.page, password=phone.person.password)
    phone.served.speak(phone.page, spoken)
    faults = []
    for path in SCREENS:
        shown = f"{path}/{key}" if path.endswith("remove") else path
        phone.served.go(phone.page, shown)
        faults += complaints(phone.page, path, spoken)
    phone.leave()
    faults += complaints(phone.page, "/signin", spoken)
    assert not faults, "\n" + "\n".join(faults)


def complaints(page: Page, path: str, spoken: str) -> list[str]:
    """What the gates find on a screen in a language."""
    found = check_page(page, lang=LANGUAGES[spoken]) + sizes.complaints(page)
    if spoken == "ja":
        found += [f"longer texts: {text}" for text in pseudo.complaints(page)]
    elif spoken in {"easy", "furigana"}:
        found += [f"no reading: {text}" for text in language.without_reading(page, "select")]
    else:
        found += [f"not translated: {text}" for text in language.untranslated(page)]
    return [f"{path}: {text}" for text in found]


def test_the_fifth_visit_takes_one_tap_and_nothing_typed(phone: Phone, tmp_path: Path) -> None:
    """From the letter's QR to the coupon that was shown before (issue: 0 characters, two taps)."""
    person = phone.served.add(active=True, children=1)
    phone.served.people[str(person.credential_id)] = person
    give_coupons(phone.served.database, tmp_path, phone.served.now, count=100)
    phone.served.enter(phone.page, str(person.credential_id))
    phone.person = person
    phone.add()
    phone.begin()
    phone.served.go(phone.page, "/home")
    phone.page.locator("form[action='/coupon/1/reveal'] button").click()
    phone.page.wait_for_url(re.compile("/coupon/1$"))
    phone.served.go(phone.page, "/account")
    phone.leave()
    taps = typed = 0
    phone.served.go(phone.page, f"/signin?id={person.login_id}")  # what the camera opens
    phone.page.get_by_role("button", name=BUTTON).click()
    taps += 1
    phone.page.wait_for_url(re.compile("/coupon/1$"))
    assert phone.page.locator(".qr").first.is_visible()
    assert (taps, typed) <= (2, 0)
