import signal
from hashlib import sha256
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


def listed(files: dict[str, bytes], *more: str) -> dict[str, bytes]:
    """Add the list of the files, and lines of its own."""
    lines = [f"{sha256(content).hexdigest()}  {name}" for name, content in files.items()]
    return files | {output.MANIFEST: "".join(f"{line}\n" for line in (*lines, *more)).encode()}


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


def test_a_name_may_have_folders(folder: Path) -> None:
    """Folders before a name are made."""
    output.write_all(folder, {"figures/1.svg": b"one", "deep/er/2.txt": b"two"})

    assert OLD | {"figures/1.svg": b"one", "deep/er/2.txt": b"two"} == contents(folder)


def test_a_file_in_the_place_of_a_folder_is_an_error(folder: Path) -> None:
    """Where a file stands in the place of a folder, nothing is written."""
    with pytest.raises(OSError, match="expected a folder, found a file"):
        output.write_all(folder, {"c.txt": b"new", "a.txt/1.svg": b"one"})

    assert OLD == contents(folder)


FIGURES = {"figures/1.svg": b"one", "figures/2.svg": b"two"}
FEWER = {"figures/1.svg": b"ONE"}


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """Make a folder with two listed figures."""
    output.write_all(tmp_path, listed(FIGURES))
    return tmp_path


def test_listed_files_that_are_not_written_again_go(earlier: Path) -> None:
    """A figure of an earlier report does not stay among those of the new one."""
    output.write_all(earlier, listed(FEWER))

    assert listed(FEWER) == contents(earlier)


def test_a_folder_that_was_emptied_goes(earlier: Path) -> None:
    """Where no figure is left, neither is their folder."""
    output.write_all(earlier, listed({"a.txt": b"a"}))

    assert [earlier / output.MANIFEST, earlier / "a.txt"] == sorted(earlier.iterdir())


def test_without_a_new_list_nothing_goes(earlier: Path) -> None:
    """Files are removed only where a new list says what is there."""
    output.write_all(earlier, FEWER)

    assert listed(FIGURES) | FEWER == contents(earlier)


def test_a_file_that_is_not_listed_stays(earlier: Path) -> None:
    """What we did not write is not ours to remove, even among our figures."""
    (earlier / "figures" / "mine.svg").write_bytes(b"mine")

    output.write_all(earlier, listed({"a.txt": b"a"}))

    assert listed({"a.txt": b"a"}) | {"figures/mine.svg": b"mine"} == contents(earlier)


def test_a_listed_file_that_was_changed_stays(earlier: Path) -> None:
    """What somebody worked on since is not ours any more."""
    (earlier / "figures" / "2.svg").write_bytes(b"two, with an arrow")

    output.write_all(earlier, listed(FEWER))

    assert listed(FEWER) | {"figures/2.svg": b"two, with an arrow"} == contents(earlier)


@pytest.mark.parametrize("name", output.COSTLY)
def test_what_is_costly_stays(tmp_path: Path, name: str) -> None:
    """Results and PDF of an earlier run stay where a run does without them."""
    output.write_all(tmp_path, listed({name: b"costly"}))

    output.write_all(tmp_path, listed(FEWER))

    assert listed(FEWER) | {name: b"costly"} == contents(tmp_path)


@pytest.mark.parametrize("absolute", [False, True], ids=["relative", "absolute"])
def test_a_list_reaches_no_other_folder(tmp_path: Path, absolute: bool) -> None:
    """Whatever a list says, no file outside the folder is removed."""
    outside, folder = tmp_path / "outside.txt", tmp_path / "folder"
    outside.write_bytes(b"mine")
    named = str(outside) if absolute else "../outside.txt"
    line = f"{sha256(b'mine').hexdigest()}  {named}"
    output.write_all(folder, listed(FIGURES, line))

    output.write_all(folder, listed(FEWER))

    assert b"mine" == outside.read_bytes()


def test_a_link_is_not_followed(earlier: Path) -> None:
    """A link in the place of a listed file stays, and so does what it leads to."""
    (earlier / "mine").write_bytes(b"two")
    (earlier / "figures" / "2.svg").unlink()
    (earlier / "figures" / "2.svg").symlink_to(earlier / "mine")

    output.write_all(earlier, listed(FEWER))

    assert (earlier / "figures" / "2.svg").is_symlink()
    assert b"two" == (earlier / "mine").read_bytes()


def test_a_failing_removal_changes_nothing(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a stale file cannot be removed, all is as it was, and no new folder stays."""

    def fail(path: Path) -> None:
        raise PermissionError(13, "not allowed", str(path))

    monkeypatch.setattr(Path, "unlink", fail)

    with pytest.raises(PermissionError, match=r"2\.svg"):
        output.write_all(earlier, listed({**FEWER, "figures/1.svg": b"ONE"}))

    assert listed(FIGURES) == contents(earlier)
