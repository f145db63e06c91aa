"""The program of one ward: its dates, rules and words."""
