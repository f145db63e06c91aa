"""The program of one ward: dates, amounts, windows, texts; validated at start."""
