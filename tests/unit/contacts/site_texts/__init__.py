"""Tests of texts of the residents' pages."""
