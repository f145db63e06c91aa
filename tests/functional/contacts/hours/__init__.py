"""Tests of opening hours that the ward approves, on both databases."""
