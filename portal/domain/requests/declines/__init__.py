"""Declines (辞退): a household gives up what a child would get, and may withdraw until the cut-off.

Owns the table ``decline_item`` and its states. The resident site, entry from paper, the call desk
and the issuers' answers (``casework.stops``) call it. It claims entitlements, stops coupons and
announces results, but never writes their tables itself.
"""
