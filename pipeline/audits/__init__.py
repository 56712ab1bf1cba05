"""What the files say before any model, one module per subject."""
