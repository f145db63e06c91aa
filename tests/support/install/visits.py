"""People at browsers outside: staff who approve the texts, and a family up to its coupon.

Run in the network of the visitors, as ``python -m tests.support.install.visits`` with a visit as
JSON on standard input; it goes through the proxy by the names that people type, with TLS that it
checks. JavaScript is off: a form is its fields.
"""

import json
import re
import ssl
import sys
from dataclasses import dataclass
from datetime import date

import httpx
import pyotp

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


@dataclass(frozen=True)
class Way:
    """How a visitor reaches a site.

    Attributes:
        name: The name that the visitor types, such as ``coupon.example.jp``.
        proxy: The address to which it leads.
        certificate: The file of the authority that the visitor trusts.
        address: The visitor's own address.
    """

    name: str
    proxy: str
    certificate: str
    address: str

    def browser(self) -> "Browser":
        """Return a fresh browser on this way."""
        trusted = ssl.create_default_context(cafile=self.certificate)
        line = httpx.HTTPTransport(verify=trusted, local_address=self.address)
        return Browser(httpx.Client(transport=line, timeout=60), self)


@dataclass
class Browser:
    """A browser without a screen."""

    http: httpx.Client
    way: Way

    def get(self, place: str) -> httpx.Response:
        """Open a page and follow its redirects."""
        return self._follow(self._send("GET", place))

    def post(self, page: httpx.Response, action: str, values: dict[str, str]) -> httpx.Response:
        """Fill in the form of a page that posts to ``action``."""
        parts = page.text.split(f'action="{action}"', 1)
        assert len(parts) == 2, f"no form {action} on {page.url}:\n{page.text[:3000]}"
        hidden = dict(HIDDEN.findall(parts[1].split("</form>", 1)[0]))
        return self._follow(self._send("POST", action, hidden | values))

    def _send(self, method: str, place: str, data: dict[str, str] | None = None) -> httpx.Response:
        return self.http.request(
            method,
            f"https://{self.way.proxy}{place}",
            data=data,
            headers={"host": self.way.name},
            extensions={"sni_hostname": self.way.name},
        )

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        for _hop in range(8):
            if not answer.is_redirect:
                assert answer.status_code == 200, (answer.url, answer.status_code, answer.text)
                return answer
            place = answer.headers["location"].removeprefix(f"https://{self.way.name}")
            answer = self._send("GET", place)
        raise AssertionError(f"redirects without end at {answer.url}")


OWN_PASSWORD = "a gull over the quiet harbor 58"


@dataclass(frozen=True)
class Account:
    """Somebody of the staff, as ``portal staff add --json`` writes it."""

    login: str
    password: str
    totp_secret: str

    def sign_in(self, browser: Browser) -> None:
        """Sign in for the first time: password and app as handed over, then own ones."""
        given = {"login": self.login, "password": self.password}
        page = browser.post(browser.get("/signin"), "/signin/submit", given)
        code = pyotp.TOTP(self.totp_secret).now()
        page = browser.post(page, "/signin/code/submit", {"code": code})
        secret = page.text.split('id="totp-key"')[1].split(">")[1].split("<")[0].replace(" ", "")
        own = {"new_password": OWN_PASSWORD, "code": pyotp.TOTP(secret).now()}
        browser.post(page, "/enrollment/submit", own)


def approve_the_texts(officer: tuple[Account, Browser], ward: tuple[Account, Browser]) -> str:
    """Lay the letter's texts before the ward, and confirm the extract and approve them there."""
    account, browser = officer
    account.sign_in(browser)
    proposed = {"kind": "letter", "label": "初版"}
    browser.post(browser.get("/documents"), "/documents/propose", proposed)
    account, browser = ward
    account.sign_in(browser)
    instruction = {"number-1": "6こ子第1号", "day-1": date.today().isoformat()}  # noqa: DTZ011  (as typed)
    browser.post(browser.get("/transfers/1"), "/transfers/1/vouch", {})
    return browser.post(browser.get("/documents"), "/documents/1/approve", instruction).text


def see_the_coupon(browser: Browser, login_id: str, password: str, birth: date) -> str:
    """Go from the letter to the coupon, with an app for the codes; return the coupon's page."""
    typed = {"login_id": login_id, "password": password}
    page = browser.post(browser.get("/signin"), "/signin/submit", typed)
    born = {"era": "", "year": str(birth.year), "month": str(birth.month), "day": str(birth.day)}
    page = browser.post(page, "/start/birth/submit", born)
    page = browser.post(page, "/start/channel/choose", {"channel": "totp"})
    secret = page.text.split('id="totp-key">')[1].split("<")[0].replace(" ", "")
    code = pyotp.TOTP(secret).now()
    page = browser.post(page, "/start/channel/prove/submit", {"code": code})
    offer = browser.post(page, "/start/done", {})
    home = browser.post(offer, "/start/passkey/later", {})
    return browser.post(home, "/coupon/1/reveal", {}).text


def main() -> None:
    """Carry out the visit that standard input describes, and print the last page."""
    asked = json.load(sys.stdin)
    if asked["visit"] == "texts":
        officer, ward = (
            (Account(**account), Way(**way).browser()) for account, way in asked["people"]
        )
        print(approve_the_texts(officer, ward))
        return
    birth = date.fromisoformat(asked["birth"])
    browser = Way(**asked["way"]).browser()
    print(see_the_coupon(browser, asked["login_id"], asked["password"], birth))


if __name__ == "__main__":
    main()
