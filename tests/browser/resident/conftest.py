"""The served resident site, for every test of this folder."""

from tests.browser.resident.served import served

__all__ = ["served"]
