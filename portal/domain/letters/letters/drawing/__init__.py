"""Draw letters as PDF with Typst: texts, fonts, and the window with address and barcodes.

Knows no tables: content goes in, a PDF comes out. Called by the printing slices, by forms and
covers on paper, and by reports that become PDF.
"""
