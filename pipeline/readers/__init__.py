"""One module per file format, each with one function: paths by role to a `Dataset`."""
