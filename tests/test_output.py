import signal
from pathlib import Path

import pytest

from report import output

OLD = {"a.txt": b"old a", "b.txt": b"old b"}
NEW = {"a.txt": b"new a", "b.txt": b"new b"}


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, hidden ones and those of subfolders as well."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with the files of an earlier run."""
    for name, content in OLD.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_all_files_are_written(folder: Path) -> None:
    """Every file is replaced, and nothing else is there."""
    output.write_all(folder, NEW)

    assert NEW == contents(folder)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    """The folder and those above it are made."""
    output.write_all(tmp_path / "one" / "two", NEW)

    assert NEW == contents(tmp_path / "one" / "two")


def test_no_staging_folder_stays(folder: Path) -> None:
    """After writing there is no folder beside the files."""
    output.write_all(folder, NEW)

    assert [] == [path for path in folder.iterdir() if path.is_dir()]


def test_other_files_stay(folder: Path) -> None:
    """A file that is not written is not touched."""
    output.write_all(folder, {"c.txt": b"new c"})

    assert OLD | {"c.txt": b"new c"} == contents(folder)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=type)
def test_a_failing_write_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """When the second file cannot be written, both old ones stay and nothing else does."""
    write = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        if path.name == "b.txt":
            raise error
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)

    with pytest.raises(type(error)):
        output.write_all(folder, NEW)

    assert OLD == contents(folder)


def test_a_failing_move_changes_nothing(folder: Path) -> None:
    """Where a folder stands in the place of one file, the others stay as they were."""
    (folder / "b.txt").unlink()
    (folder / "b.txt").mkdir()

    with pytest.raises(OSError, match=r"b\.txt"):
        output.write_all(folder, NEW)

    assert {"a.txt": b"old a"} == contents(folder)


@pytest.fixture
def interrupted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Press Ctrl-C before the first of two files is moved."""
    replace = Path.replace

    def press(path: Path, target: Path) -> Path:
        if target.name == "a.txt":
            signal.raise_signal(signal.SIGINT)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", press)
    with pytest.raises(KeyboardInterrupt):
        output.write_all(folder, NEW)
    return folder


def test_ctrl_c_waits_until_all_is_moved(interrupted: Path) -> None:
    """Ctrl-C while files are moved leaves no mixture: the move ends, then it is obeyed."""
    assert NEW == contents(interrupted)


@pytest.mark.usefixtures("interrupted")
def test_ctrl_c_is_given_back() -> None:
    """After the move, Ctrl-C does again what it did before."""
    assert signal.default_int_handler == signal.getsignal(signal.SIGINT)


def test_a_file_is_no_folder_to_write_into(tmp_path: Path) -> None:
    """Where a file stands on the way to the folder, that is said before anything is computed."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(OSError, match="expected a folder that can be written"):
        output.check(tmp_path / "file" / "sub")


def test_a_folder_that_is_not_there_yet_can_be_made(tmp_path: Path) -> None:
    """Checking a folder that is still to be made leaves nothing behind."""
    output.check(tmp_path / "a" / "b")

    assert [] == list(tmp_path.iterdir())
