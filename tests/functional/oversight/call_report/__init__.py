"""The call report, counts and board on the staff site."""
