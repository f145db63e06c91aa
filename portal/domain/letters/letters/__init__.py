"""Letters: their content, how they are drawn, their orders and their states.

Owns the tables of print runs, chunks, letters, letters without an ID, test addresses and letter
orders, the letter texts, barcodes and fonts. Printing, archives, shipments, tracking, returned
mail, requests, incidents and the call desk call it. Imports ``foundation`` and ``people``.
"""
