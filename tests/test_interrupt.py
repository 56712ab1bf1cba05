import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from report.interrupt import noticed


def press() -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def press_where_it_gets_lost() -> None:
    """Press Ctrl-C where foreign code swallows the exception."""
    with suppress(KeyboardInterrupt):
        press()


def work(*steps: Callable[[], object]) -> None:
    """Do steps one after the other, with a check after each."""
    with noticed() as check:
        for step in steps:
            step()
            check()


def fail() -> None:
    """Lose Ctrl-C, and fail for it."""
    press_where_it_gets_lost()
    raise ImportError


def test_without_ctrl_c_every_step_is_done() -> None:
    """Where Ctrl-C is not pressed, the checks pass."""
    done: list[int] = []

    work(lambda: done.append(1), lambda: done.append(2))

    assert [1, 2] == done


@pytest.mark.parametrize("step", [press, press_where_it_gets_lost, fail])
def test_ctrl_c_is_raised(step: Callable[[], None]) -> None:
    """Ctrl-C is raised, whether its exception got lost or another came of it."""
    with pytest.raises(KeyboardInterrupt):
        work(step)


def test_nothing_is_done_after_a_lost_ctrl_c() -> None:
    """After a Ctrl-C whose exception got lost, the next check ends the work."""
    done: list[int] = []

    with suppress(KeyboardInterrupt):
        work(press_where_it_gets_lost, lambda: done.append(1))

    assert [] == done


def test_ctrl_c_lost_after_the_last_check_is_raised() -> None:
    """A Ctrl-C that got lost after the last check is raised at the end."""
    with pytest.raises(KeyboardInterrupt), noticed():
        press_where_it_gets_lost()


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(2)], ids=["error", "exit"])
def test_other_errors_pass(error: BaseException) -> None:
    """Where Ctrl-C is not pressed, an error is that error."""
    with pytest.raises(type(error)) as caught, noticed():
        raise error

    assert error is caught.value


def test_ctrl_c_does_what_it_did_before() -> None:
    """Afterwards Ctrl-C is handled as before."""
    before = signal.getsignal(signal.SIGINT)

    with noticed():
        pass

    assert before is signal.getsignal(signal.SIGINT)


def test_lost_errors_are_told_as_before() -> None:
    """Afterwards, where Ctrl-C was not pressed, Python tells of lost errors as before."""
    before = sys.unraisablehook

    with noticed():
        pass

    assert before is sys.unraisablehook


def test_in_the_background_ctrl_c_stays_ignored() -> None:
    """A program that was started with Ctrl-C ignored goes on ignoring it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with noticed() as check:
            press()
            actual = check()
    finally:
        signal.signal(signal.SIGINT, before)

    assert actual is None


@pytest.fixture(autouse=True)
def _lost_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put Python's telling of lost errors back after each test."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
