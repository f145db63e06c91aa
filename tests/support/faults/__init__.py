"""The laboratory for faults: real servers, a load, cuts, and what must be true after them."""
