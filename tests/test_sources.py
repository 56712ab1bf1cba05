import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pooch
import pytest
import requests

from pipeline import config, sources
from pipeline.config import Config
from pipeline.errors import ConfigError, DataError

CONTENTS = {"expression": b"gene,S1\ng,1\n", "samples": b"sample,class\nS1,a\n"}
NAMES = {"expression": "expression.csv", "samples": "samples.csv"}
ADDRESSES = ("https://one.invalid/", "https://two.invalid/")


def study(
    *, folders: tuple[str, ...] = (), hashes: bool = True, urls: bool = True, embedded: bool = True
) -> Config:
    """Make a study whose files are those of `CONTENTS`."""
    files = {
        role: {
            "name": NAMES[role],
            "sha256": hashlib.sha256(content).hexdigest() if hashes else None,
            "urls": tuple(f"{address}{NAMES[role]}" for address in ADDRESSES) if urls else (),
        }
        for role, content in CONTENTS.items()
    }
    copy = {
        "format": "tables",
        "folder": "golub-train",
        "description": "The embedded copy.",
        "unit": "embedded units",
        "files": {"expression": {"name": "expression.csv.gz"}, "samples": {"name": "samples.csv"}},
    }
    return Config.model_validate(
        {
            "study": {"name": "toy", "title": "Toy"},
            "data": {
                "format": "tables",
                "unit": "units",
                "folders": folders,
                "files": files,
                "embedded": copy if embedded else None,
            },
        }
    )


def fill(folder: Path, *roles: str) -> Path:
    """Write the study's files, or some of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for role in roles or CONTENTS:
        (folder / NAMES[role]).write_bytes(CONTENTS[role])
    return folder


def refusal(study: Config, **options: Any) -> str:
    """Give the message with which the search ends."""
    with pytest.raises(DataError) as caught:
        sources.find(study, **options)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _in_an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, with an empty per-user cache."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sources, "user_cache_path", lambda app, appauthor: tmp_path / "cache" / app)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Give the study's cache folder; it does not exist."""
    return tmp_path / "cache" / "expression-report" / "toy"


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Give a function that puts an answer in the place of the network, and lists who asked."""

    def answer(reply: Callable[[str], None] | None = None) -> list[str]:
        asked: list[str] = []

        def retrieve(
            url: str, known_hash: None, fname: str, path: Path, downloader: object
        ) -> None:
            asked.append(url)
            if reply:
                reply(url)
            role = next(role for role, name in NAMES.items() if name == fname)
            fill(path, role)

        monkeypatch.setattr(pooch, "retrieve", retrieve)
        return asked

    return answer


def test_a_study_is_found_by_its_path(tmp_path: Path) -> None:
    """A text that ends in .toml is a path."""
    path = tmp_path / "mine.toml"
    path.touch()

    actual = sources.study_file(str(path))

    assert path == actual


def test_a_study_in_the_working_folder_wins_over_a_shipped_one() -> None:
    """data/golub.toml here is taken before the one that travels with the program."""
    Path("data").mkdir()
    Path("data/golub.toml").touch()

    actual = sources.study_file("golub")

    assert Path("data/golub.toml") == actual


def test_a_shipped_study_is_found_by_its_name() -> None:
    """In an empty folder golub is the study that travels with the program."""
    actual = sources.study_file("golub")

    assert sources.SHIPPED / "golub.toml" == actual


@pytest.mark.parametrize("name", ["nobody", "nobody.toml"])
def test_an_unknown_study_is_refused(name: str) -> None:
    """The message names what was asked for and what is shipped."""
    with pytest.raises(ConfigError) as caught:
        sources.study_file(name)

    expected = f"{name}: expected a study's .toml file or the name of a study that is shipped "
    assert expected + "(golub), found neither" == str(caught.value)


def test_the_given_folder_is_used(tmp_path: Path) -> None:
    """The folder of the command line wins over every other place."""
    given = fill(tmp_path / "given")
    fill(Path("listed"))

    actual = sources.find(study(folders=("listed",)), data_dir=given)

    assert ("given", given / "samples.csv") == (actual.source.kind, actual.paths["samples"])


def test_a_given_folder_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    """A given folder without a file is an error, and no other place is tried."""
    given = fill(tmp_path / "given", "samples")
    fill(Path("listed"))

    actual = refusal(study(folders=("listed",)), data_dir=given)

    expected = f"{given}: expected expression.csv, samples.csv, found no expression.csv"
    assert expected == actual


def test_a_given_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A given folder that does not exist lacks every file."""
    actual = refusal(study(), data_dir=tmp_path / "nowhere")

    expected = f"{tmp_path / 'nowhere'}: expected expression.csv, samples.csv, found no "
    assert expected + "expression.csv, samples.csv" == actual


def test_the_first_listed_folder_that_holds_all_files_is_used() -> None:
    """Listed folders are tried in their order, relative to the working folder."""
    fill(Path("b"))
    fill(Path("c"))

    actual = sources.find(study(folders=("a", "b", "c")))

    assert Path("b/samples.csv") == actual.paths["samples"]


def test_folders_that_lack_files_are_named() -> None:
    """What was passed over, and why, is kept for the report."""
    fill(Path("b"), "samples")
    fill(Path("c"))

    actual = sources.find(study(folders=("a", "b", "c"))).source.passed_over

    assert ("folder a: no data files", "folder b: no expression.csv") == actual


def test_a_file_is_recorded_with_size_and_hash() -> None:
    """Each file's record holds its size and its SHA-256."""
    fill(Path("a"))

    actual = sources.find(study(folders=("a",))).source.files[1]

    digest = hashlib.sha256(CONTENTS["samples"]).hexdigest()
    assert (18, digest, True) == (actual.n_bytes, actual.sha256, actual.published)


def test_another_file_of_the_same_name_is_not_the_published_one() -> None:
    """A file in a listed folder may differ from the published one, and its record says so."""
    (fill(Path("a")) / "samples.csv").write_text("other")

    actual = sources.find(study(folders=("a",))).source.files

    assert [True, False] == [file.published for file in actual]


def test_without_a_hash_nothing_is_said_of_publication() -> None:
    """Where the study names no hash, the record says neither yes nor no."""
    fill(Path("a"))

    actual = sources.find(study(folders=("a",), hashes=False)).source.files

    assert [None, None] == [file.published for file in actual]


def test_the_cache_is_used_when_no_folder_holds_the_data(cache: Path) -> None:
    """A full cache is taken without asking the network."""
    fill(cache)

    actual = sources.find(study())

    assert ("cache", cache / "samples.csv") == (actual.source.kind, actual.paths["samples"])


def test_the_cache_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The cache lies where XDG_CACHE_HOME says, on systems that know it."""
    from platformdirs import unix

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(
        sources,
        "user_cache_path",
        lambda app, appauthor: unix.Unix(app, appauthor).user_cache_path,
    )

    actual = sources.cache_folder("toy")

    assert tmp_path / "xdg" / "expression-report" / "toy" == actual


@pytest.mark.parametrize("offline", [True, False])
def test_a_cached_file_with_another_hash_is_refused(cache: Path, offline: bool) -> None:
    """A damaged cache is an error that names the file and both hashes."""
    (fill(cache) / "samples.csv").write_bytes(b"other")

    actual = refusal(study(), offline=offline)

    published = hashlib.sha256(CONTENTS["samples"]).hexdigest()
    found = hashlib.sha256(b"other").hexdigest()
    expected = f"{cache / 'samples.csv'}: expected SHA-256 {published}, found {found}; delete "
    assert expected + "the file to have it downloaded again" == actual


def test_files_are_downloaded_into_the_cache(
    cache: Path, downloads: Callable[..., list[str]]
) -> None:
    """With an empty cache the files come from their first address."""
    asked = downloads()

    actual = sources.find(study())

    assert "download" == actual.source.kind
    assert ["https://one.invalid/expression.csv", "https://one.invalid/samples.csv"] == asked


def test_only_what_the_cache_lacks_is_downloaded(
    cache: Path, downloads: Callable[..., list[str]]
) -> None:
    """A file that is cached already is not asked for again."""
    fill(cache, "expression")
    asked = downloads()

    sources.find(study())

    assert ["https://one.invalid/samples.csv"] == asked


def test_the_second_address_is_tried_after_the_first(
    downloads: Callable[..., list[str]],
) -> None:
    """Where the first address does not answer, the second one is asked."""

    def first_is_down(url: str) -> None:
        if "one" in url:
            raise requests.ConnectionError

    downloads(first_is_down)

    actual = sources.find(study())

    assert "download" == actual.source.kind


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (requests.ConnectionError(), "no answer (ConnectionError)"),
        (requests.Timeout(), "no answer (Timeout)"),
        (requests.exceptions.InvalidURL(), "no answer (InvalidURL)"),
        (ValueError("Unrecognized URL protocol"), "the address cannot be asked"),
        (
            PermissionError(13, "Permission denied"),
            "the cache cannot be written (Permission denied)",
        ),
    ],
)
def test_a_failed_download_gives_its_reason(
    downloads: Callable[..., list[str]], error: Exception, reason: str
) -> None:
    """Why a download failed is kept, and the embedded copy steps in."""

    def fail(url: str) -> None:
        raise error

    downloads(fail)

    actual = sources.find(study()).source

    assert ("embedded", f"download: expression.csv: {reason}") == (
        actual.kind,
        actual.passed_over[-1],
    )


def test_without_addresses_nothing_is_downloaded(downloads: Callable[..., list[str]]) -> None:
    """A file with no address cannot be downloaded, and the reason says so."""
    asked = downloads()

    actual = sources.find(study(urls=False)).source.passed_over[-1]

    assert [] == asked
    assert "download: expression.csv: no address is listed" == actual


def test_offline_asks_nobody(downloads: Callable[..., list[str]]) -> None:
    """With offline the network is left alone, and the record says so."""
    asked = downloads()

    actual = sources.find(study(), offline=True).source.passed_over

    assert [] == asked
    assert ("per-user cache: no data files", "download: not tried (offline)") == actual


def test_without_hashes_the_cache_is_passed_by(
    cache: Path, downloads: Callable[..., list[str]]
) -> None:
    """What cannot be checked is neither cached nor downloaded."""
    fill(cache)
    asked = downloads()

    actual = sources.find(study(hashes=False)).source.kind

    assert [] == asked
    assert "embedded" == actual


def test_the_embedded_copy_comes_last() -> None:
    """Where nothing else is found the copy that travels with the program is used."""
    actual = sources.find(study(), offline=True)

    expected = ("embedded", "The embedded copy.", "embedded units", True)
    found = all(path.is_file() for path in actual.paths.values())
    assert expected == (actual.source.kind, actual.description, actual.unit, found)


def test_strict_refuses_the_embedded_copy() -> None:
    """With strict the fall-back is an error that says what was tried."""
    actual = refusal(study(folders=("a",)), offline=True, strict=True)

    expected = "toy: expected the full data (--strict), found only the embedded copy (folder a: no "
    expected += "data files; per-user cache: no data files; download: not tried (offline))"
    assert expected == actual


def test_a_study_without_an_embedded_copy_needs_its_data() -> None:
    """Where nothing is found at all, the error says what was tried and what to do."""
    actual = refusal(study(folders=("a",), hashes=False, embedded=False))

    expected = "toy: expected the data files in one of the listed places, found none (folder a: no "
    expected += "data files); give their folder with --data"
    assert expected == actual


def test_no_absolute_path_enters_the_record(tmp_path: Path) -> None:
    """The record of a given folder does not hold the folder, which another machine lacks."""
    given = fill(tmp_path / "given")

    actual = sources.find(study(), data_dir=given).source.model_dump_json()

    assert str(tmp_path) not in actual


def test_the_shipped_study_names_three_files_with_hashes_and_addresses() -> None:
    """Each file that golub needs can be cached and checked, and has an address."""
    files = config.load(sources.SHIPPED / "golub.toml").data.files
    actual = [file for role, file in files.items() if role not in config.NOT_NEEDED]

    assert [True] * 3 == [bool(file.sha256) and bool(file.urls) for file in actual]


def test_a_copy_with_other_line_ends_is_the_published_one(tmp_path: Path) -> None:
    """CR LF for LF changes no value: the file is the one that the study names."""
    folder = fill(tmp_path / "given")
    path = folder / NAMES["samples"]
    path.write_bytes(CONTENTS["samples"].replace(b"\n", b"\r\n"))

    found = {file.role: file for file in sources.find(study(), data_dir=folder).source.files}

    assert found["samples"].published
    assert hashlib.sha256(path.read_bytes()).hexdigest() == found["samples"].sha256


def test_a_changed_value_is_not_the_published_file(tmp_path: Path) -> None:
    """Only line ends may differ."""
    folder = fill(tmp_path / "given")
    (folder / NAMES["samples"]).write_bytes(b"sample,class\r\nS1,b\r\n")

    files = sources.find(study(), data_dir=folder).source.files

    assert [True, False] == [file.published for file in files]


@pytest.mark.parametrize("urls", [True, False])
def test_the_embedded_copy_says_whether_more_can_be_had(urls: bool) -> None:
    """Only a study that names addresses can be told to download."""
    actual = sources.find(study(urls=urls), offline=True).source

    assert ("embedded", urls) == (actual.kind, actual.can_be_fetched)


def with_table(study: Config) -> Config:
    """Say that there is a table of samples, too."""
    files = study.data.files | {"covariates": config.FileSection(name="patients.csv")}
    return study.model_copy(update={"data": study.data.model_copy(update={"files": files})})


@pytest.mark.parametrize("place", ["a", "b"])
def test_a_table_of_samples_may_lie_in_another_folder(tmp_path: Path, place: str) -> None:
    """It is looked for in all folders of the study, first in that of the data."""
    folders = [fill(tmp_path / "a"), tmp_path / "b"]
    folders[1].mkdir()
    (tmp_path / place / "patients.csv").write_text("id\n")

    actual = sources.find(with_table(study(folders=tuple(map(str, folders)))))

    assert tmp_path / place / "patients.csv" == actual.paths["covariates"]
    assert "covariates" == actual.source.files[-1].role
    assert () == actual.source.not_found


@pytest.mark.parametrize("given", [False, True])
def test_a_study_goes_on_without_its_table_of_samples(tmp_path: Path, given: bool) -> None:
    """The record names the file that was not found."""
    folder = fill(tmp_path / "a")
    wanted = with_table(study(folders=() if given else (str(folder),)))

    actual = sources.find(wanted, data_dir=folder if given else None)

    assert set(CONTENTS) == set(actual.paths)
    assert ("patients.csv",) == actual.source.not_found


def test_a_given_folder_is_the_only_place_for_a_table_of_samples(tmp_path: Path) -> None:
    """The folders of the study are not looked into."""
    other = tmp_path / "b"
    other.mkdir()
    (other / "patients.csv").write_text("id\n")

    actual = sources.find(with_table(study(folders=(str(other),))), data_dir=fill(tmp_path / "a"))

    assert ("patients.csv",) == actual.source.not_found


def test_the_embedded_copy_has_no_table_of_samples() -> None:
    """Its samples have other names."""
    actual = sources.find(with_table(study()), offline=True)

    assert ("embedded", ("patients.csv",)) == (actual.source.kind, actual.source.not_found)
    assert "covariates" not in actual.paths
