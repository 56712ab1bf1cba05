"""The report half: from the results object to HTML, PDF and the command line."""
