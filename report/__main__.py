"""`python -m report` does the same as the command `expression-report`."""

from report.cli import main

if __name__ == "__main__":
    main()
