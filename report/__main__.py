"""The entry of both `expression-report` and `python -m report`."""

import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main() -> None:
    """Run the command line; Ctrl-C ends cleanly even while it is being imported."""
    try:
        from report.cli import main as run

        run()
    except KeyboardInterrupt:
        print("expression-report: interrupted; no file was left half-written", file=sys.stderr)  # noqa: T201
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
