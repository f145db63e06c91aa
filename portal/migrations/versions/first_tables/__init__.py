"""The tables of version 0.1.0, written out. They are history: no module here is ever changed."""
