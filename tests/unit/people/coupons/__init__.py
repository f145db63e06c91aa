"""Tests of coupons and entitlements."""
