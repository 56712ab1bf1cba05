"""Files written beside and moved into place: what stood there stays whole until all is done."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EACCES, EISDIR
from pathlib import Path
from types import FrameType


def check(folder: Path) -> None:
    """See that files can be written, before anything is computed.

    Parameters
    ----------
    folder : Path
        Where they will go; it need not exist yet.

    Raises
    ------
    OSError
        If neither the folder nor the nearest one above it can be written.
    """
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise PermissionError(
            EACCES, f"expected a folder that can be written, found {existing} in its place", folder
        )


def write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a set of files, all or none.

    Parameters
    ----------
    folder : Path
        Where they go; made if it is not there.
    contents : mapping of str to bytes
        Content of each file name.

    Raises
    ------
    OSError
        If the folder cannot be written; what stood there is unchanged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in contents:
        if (folder / name).is_dir():
            raise IsADirectoryError(EISDIR, "expected a file, found a folder", str(folder / name))
    # Beside, not in the system's temporary folder: a move within one file system is atomic.
    staging = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, content in contents.items():
            (staging / name).write_bytes(content)
        with _interrupt_postponed():
            _move_all(list(contents), staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move_all(names: list[str], staging: Path, folder: Path) -> None:
    """Move the files into place; if one cannot be moved, put back what stood there."""
    aside = staging / "before"
    aside.mkdir()
    for name in names:
        if (folder / name).exists():
            # A copy, not a move: at no moment is there no file.
            shutil.copy2(folder / name, aside / name)
    moved: list[str] = []
    try:
        for name in names:
            (staging / name).replace(folder / name)
            moved.append(name)
    except OSError:
        for name in moved:
            if (aside / name).exists():
                (aside / name).replace(folder / name)
            else:
                (folder / name).unlink()
        raise


@contextmanager
def _interrupt_postponed() -> Iterator[None]:
    """Let Ctrl-C wait while files are moved: no mixture of old and new."""
    pending: list[tuple[int, FrameType | None]] = []
    try:
        before = signal.signal(signal.SIGINT, lambda *call: pending.append(call))
    except ValueError:  # not in the main thread: no signal arrives here
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pending:
        raise KeyboardInterrupt
