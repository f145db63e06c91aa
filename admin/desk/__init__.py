"""Pages for work on one household: casework and the call desk."""
