"""The ward's documents, their approval, and printing only from what was approved."""
