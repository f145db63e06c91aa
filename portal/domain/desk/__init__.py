"""Wing: Where staff work on one household: casework and the call desk."""
