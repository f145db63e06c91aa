"""The served staff site, for every test of this folder."""

from tests.browser.admin.served import served_staff, staff_stage

__all__ = ["served_staff", "staff_stage"]
