"""The served resident site, for every test of this folder."""

from tests.browser.resident.served import named, served

__all__ = ["named", "served"]
