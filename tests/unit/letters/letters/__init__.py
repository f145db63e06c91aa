"""Tests of the letters slice."""
