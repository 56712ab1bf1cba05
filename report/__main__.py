"""The entry of both `expression-report` and `python -m report`."""

from report.interrupt import leave


def main() -> None:
    """Run the command line; Ctrl-C ends cleanly even while it is being imported."""
    try:
        from report.cli import main as run

        run()
    except KeyboardInterrupt:
        leave()


if __name__ == "__main__":
    main()
