"""How a letter is drawn: texts, fonts, the window with address and barcodes, the PDF by Typst.

Owns no tables and knows none: content goes in, PDF comes out. Called by the printing slices, forms
and covers on paper, and reports that become PDF.
"""
