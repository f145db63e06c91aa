"""Tests of the list of shops."""
