"""Tests of the rules that all requests share."""
