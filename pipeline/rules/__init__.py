"""The rules of the findings, one module per subject."""
