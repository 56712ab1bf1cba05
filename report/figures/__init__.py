"""Records to figures: one module per chapter, one function per figure."""
