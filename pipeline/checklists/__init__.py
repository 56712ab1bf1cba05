"""What reporting checklists ask, each item answered from the results."""
