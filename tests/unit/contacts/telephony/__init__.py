"""Tests of the telephony slice."""
