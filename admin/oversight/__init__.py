"""Pages: What is reported, settled, handed over and managed."""
