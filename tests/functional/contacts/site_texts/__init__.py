"""Tests of texts of the residents' pages, on both databases."""
