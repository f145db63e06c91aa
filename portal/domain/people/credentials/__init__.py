"""The mailed ID and password, first sign-in, later sign-in, own password, recovery."""
