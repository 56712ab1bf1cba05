"""Ctrl-C that is noticed at any point, even where foreign code swallows the exception.

Compilers and font libraries call back into Python from C, and an exception that rises in
such a call is printed and lost. So the signal is remembered as well as raised.
"""

import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STATUS = 130  # 128 + SIGINT, as shells count


def leave() -> NoReturn:
    """Say that the program was interrupted, and leave with the status that says so."""
    warnings.simplefilter("ignore")  # joblib would warn of the tasks that it gave up
    print("expression-report: interrupted; no file was left half-written", file=sys.stderr)  # noqa: T201
    sys.exit(STATUS)


@contextmanager
def noticed() -> Iterator[Callable[[], None]]:
    """Turn Ctrl-C into one KeyboardInterrupt at the end, whatever came between.

    Yields
    ------
    callable
        Raises KeyboardInterrupt if Ctrl-C was pressed and the exception got lost; to be
        called between steps, and before anything is moved into place.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C was pressed, also where another exception was on its way.
    """
    seen: list[int] = []
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background
        yield lambda: None
        return

    def remember(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    tell_unraisable = sys.unraisablehook
    # Stays after the end: half-finished objects complain until the process is gone.
    sys.unraisablehook = lambda lost: None if seen else tell_unraisable(lost)
    before = signal.signal(signal.SIGINT, remember)
    try:
        yield check
    except BaseException as error:
        if seen:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)
        if not seen:
            sys.unraisablehook = tell_unraisable
    check()
