"""Records to table rows: one module per chapter, one function per table."""
