"""The records of the results object: frozen, typed, one module for each part of a report."""
