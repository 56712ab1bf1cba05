"""Files written beside and moved into place: what stood there stays whole until all is done."""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EACCES, EISDIR, ENOTDIR
from hashlib import sha256
from pathlib import Path
from types import FrameType

MANIFEST = "MANIFEST.sha256"
"""The list of all files, in the form that `sha256sum -c` reads."""

COSTLY = ("report.pdf", "results.json")
"""Files of an earlier run that stay where a run does without them."""

# Names as this program gives them, and so no way out of the folder.
_LISTED = re.compile(r"([0-9a-f]{64})  ((?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*)", re.ASCII)


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

    Where a list of them is among them, the files of an earlier list that are not written
    again are removed: figures and tables of another report. A file that has changed since
    it was listed is not ours any more, and stays.

    Parameters
    ----------
    folder : Path
        Where they go; made if it is not there.
    contents : mapping of str to bytes
        Content of each file name; a name may have folders before it, parted by slashes.

    Raises
    ------
    OSError
        If the folder cannot be written; what stood there is unchanged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in contents:
        _check_place(folder, name)
    stale = _stale(folder, contents) if MANIFEST in contents else []
    # Beside, not in the system's temporary folder: a move within one file system is atomic.
    staging = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, content in contents.items():
            _made(staging / "new" / name).write_bytes(content)
        with _interrupt_postponed():
            _move_all(list(contents), stale, staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _check_place(folder: Path, name: str) -> None:
    """See that no folder stands where a file shall be, and no file where a folder."""
    if (folder / name).is_dir():
        raise IsADirectoryError(EISDIR, "expected a file, found a folder", str(folder / name))
    for above in _folders([name]):
        if (folder / above).exists() and not (folder / above).is_dir():
            raise NotADirectoryError(
                ENOTDIR, "expected a folder, found a file", str(folder / above)
            )


def _stale(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Name the files of the earlier list that would be left over, and are as they were listed."""
    try:
        listed = (folder / MANIFEST).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    lines = (found.groups() for found in map(_LISTED.fullmatch, listed) if found)
    return [
        name
        for digest, name in lines
        if name not in contents and name not in COSTLY and _digest(folder / name) == digest
    ]


def _digest(path: Path) -> str | None:
    """Give the SHA-256 of a file; None where there is none to read."""
    try:
        return None if path.is_symlink() else sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _folders(names: Iterable[str]) -> list[str]:
    """Give the folders in which files stand, outer ones first."""
    return sorted({str(above) for name in names for above in Path(name).parents} - {"."})


def _made(path: Path) -> Path:
    """Make the folder of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _move_all(names: list[str], stale: list[str], staging: Path, folder: Path) -> None:
    """Move the files into place and remove stale ones; if one fails, put back what stood there."""
    for name in (*names, *stale):
        if (folder / name).exists():
            # A copy, not a move: at no moment is there no file.
            shutil.copy2(folder / name, _made(staging / "before" / name))
    new_folders = [above for above in _folders(names) if not (folder / above).exists()]
    touched: list[str] = []
    try:
        for above in new_folders:
            (folder / above).mkdir()
        for name in names:
            (staging / "new" / name).replace(folder / name)
            touched.append(name)
        for name in stale:
            (folder / name).unlink()
            touched.append(name)
    except OSError:
        for name in touched:
            if (staging / "before" / name).exists():
                (staging / "before" / name).replace(folder / name)
            else:
                (folder / name).unlink()
        _remove_empty(folder, new_folders)
        raise
    _remove_empty(folder, _folders(stale))


def _remove_empty(folder: Path, names: list[str]) -> None:
    """Remove those of our folders that hold nothing any more, inner ones first."""
    for name in reversed(names):
        with suppress(OSError):
            (folder / name).rmdir()


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
