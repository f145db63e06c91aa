"""What the processes log: one line each, with the number of its request and nothing personal."""
