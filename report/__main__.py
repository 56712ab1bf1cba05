"""The entry of both `expression-report` and `python -m report`."""

import gc

from report.interrupt import leave


def main() -> None:
    """Run the command line; Ctrl-C ends cleanly even while it is being imported."""
    gc.disable()  # modules and pages stay until the end; computing turns it on for itself
    try:
        from report.cli import main as run

        run()
    except KeyboardInterrupt:
        leave()
    finally:
        gc.freeze()  # all goes with the process: a last collection would look for nothing
        gc.enable()


if __name__ == "__main__":
    main()
