"""Where a study's data are found: given folder, listed folders, cache, download, embedded copy.

The first place that holds all files wins. What was passed over, and why, is kept: the
report and the terminal say it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from pipeline.config import NOT_NEEDED, Config, FileSection
from pipeline.download import digests, download
from pipeline.errors import ConfigError, DataError
from pipeline.records.data import DataFile, Source

_HERE = Path(__file__).resolve().parent
SHIPPED = next(path for path in (_HERE / "data", _HERE.parent / "data") if path.is_dir())
"""The studies that travel with the program: inside the wheel, or beside the packages."""


@dataclass(frozen=True)
class Located:
    """Files to read, and the record of where they were found."""

    paths: dict[str, Path]
    format: str
    unit: str
    description: str
    source: Source


def study_file(study: str) -> Path:
    """Find a study's TOML file by path or by name.

    Parameters
    ----------
    study : str
        A path that ends in `.toml`, or the name of a study: `data/<name>.toml` in the
        working folder, else the one that travels with the program.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if study.endswith(".toml"):
        candidates = [Path(study)]
    else:
        candidates = [Path("data") / f"{study}.toml", SHIPPED / f"{study}.toml"]
    for path in candidates:
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.toml")))
    raise ConfigError(
        f"{study}: expected a study's .toml file or the name of a study that is shipped "
        f"({known}), found neither"
    )


def find(
    config: Config, *, data_dir: Path | None = None, offline: bool = False, strict: bool = False
) -> Located:
    """Find the data of a study.

    Parameters
    ----------
    config : Config
        The study.
    data_dir : Path, optional
        A folder given by the user. If given, only this folder is looked into.
    offline : bool
        Whether to leave the download out.
    strict : bool
        Whether falling back on the embedded copy is an error.

    Returns
    -------
    Located
        The files and where they came from.

    Raises
    ------
    DataError
        If a given folder lacks a file, a cached file has the wrong hash, or nothing was
        found.
    """
    files = _needed(config)
    if data_dir is not None:
        return _given(config, data_dir)
    passed_over: list[str] = []
    for folder in config.data.folders:
        missing = _missing(Path(folder), files)
        if not missing:
            source = _source(
                "folder",
                f"folder {folder}, listed in the study file",
                Path(folder),
                files,
                passed_over,
            )
            return _located(config, Path(folder), source, also=map(Path, config.data.folders))
        passed_over.append(f"folder {folder}: {_lacks(missing, files)}")
    if all(file.sha256 for file in files.values()):
        cached = _from_cache(config, passed_over, offline=offline)
        if cached is not None:
            return cached
    return _embedded(config, passed_over, strict=strict)


def cache_folder(study: str) -> Path:
    """Give the per-user folder in which a study's downloads are kept.

    Parameters
    ----------
    study : str
        Name of the study.

    Returns
    -------
    Path
        The folder; it need not exist.
    """
    return user_cache_path("expression-report", appauthor=False) / study


def check_cache(config: Config) -> None:
    """Refuse a cached file of a study whose content is not the stated one.

    Parameters
    ----------
    config : Config
        The study.

    Raises
    ------
    DataError
        If a file has another hash; the message names it and says what to do.
    """
    files = {role: file for role, file in config.data.files.items() if file.sha256}
    _check_cache(cache_folder(config.study.name), files)


def _given(config: Config, data_dir: Path) -> Located:
    """Use the folder that the user gave, and no other."""
    files = _needed(config)
    missing = _missing(data_dir, files)
    if missing:
        raise DataError(
            f"{data_dir}: expected {', '.join(file.name for file in files.values())}, "
            f"found no {', '.join(missing)}"
        )
    source = _source("given", "folder given on the command line", data_dir, files, [])
    return _located(config, data_dir, source, also=())


def _from_cache(config: Config, passed_over: list[str], *, offline: bool) -> Located | None:
    """Use the cache, filling it by download where it is not full."""
    files, folder = _needed(config), cache_folder(config.study.name)
    kind = "cache"
    _check_cache(folder, files)
    missing = _missing(folder, files)
    if missing:
        passed_over.append(f"per-user cache: {_lacks(missing, files)}")
        reason = "not tried (offline)" if offline else download(folder, files)
        if reason:
            passed_over.append(f"download: {reason}")
            return None
        kind = "download"
    label = "per-user cache" if kind == "cache" else "download from the study's public addresses"
    source = _source(kind, f"{label}, every file checked by its hash", folder, files, passed_over)
    return _located(config, folder, source, also=map(Path, config.data.folders))


def _check_cache(folder: Path, files: Mapping[str, FileSection]) -> None:
    """Refuse a cached file whose content is not the published one."""
    for file in files.values():
        path = folder / file.name
        if path.is_file() and file.sha256 not in (found := digests(_content(path))):
            raise DataError(
                f"{path}: expected SHA-256 {file.sha256}, found {found[0]}; "
                "delete the file to have it downloaded again"
            )


def _embedded(config: Config, passed_over: list[str], *, strict: bool) -> Located:
    """Fall back on the copy that travels with the program."""
    embedded = config.data.embedded
    tried = "; ".join(passed_over)
    if embedded is None:
        raise DataError(
            f"{config.study.name}: expected the data files in one of the listed places, "
            f"found none ({tried or 'no folder is listed'}); give their folder with --data"
        )
    if strict:
        raise DataError(
            f"{config.study.name}: expected the full data (--strict), found only the embedded "
            f"copy ({tried})"
        )
    folder = SHIPPED / embedded.folder
    label = f"embedded copy {embedded.folder}, which travels with the program"
    source = _source("embedded", label, folder, embedded.files, passed_over)
    # What is known of the samples belongs to the full data: here they have other names.
    absent = tuple(f.name for role, f in config.data.files.items() if role in NOT_NEEDED)
    return Located(
        paths={role: folder / file.name for role, file in embedded.files.items()},
        format=embedded.format,
        unit=embedded.unit,
        description=embedded.description,
        source=source.model_copy(
            update={
                "not_found": absent,
                "gain": embedded.gain,
                "can_be_fetched": all(f.urls and f.sha256 for f in _needed(config).values()),
            }
        ),
    )


def _needed(config: Config) -> dict[str, FileSection]:
    """The files without which there is no study."""
    return {role: file for role, file in config.data.files.items() if role not in NOT_NEEDED}


def _located(config: Config, folder: Path, source: Source, *, also: Iterable[Path]) -> Located:
    """Put a folder's files together with what the study says of them, and with files not needed.

    These are looked for in the same folder first, then in the others.
    """
    paths = {role: folder / file.name for role, file in _needed(config).items()}
    places, files, not_found = (folder, *also), list(source.files), []
    for role, file in config.data.files.items():
        if role in paths:
            continue
        place = next((place for place in places if not _missing(place, {role: file})), None)
        if place is None:
            not_found.append(file.name)
        else:
            paths[role] = place / file.name
            files.append(_data_file(role, place, file))
    return Located(
        paths=paths,
        format=config.data.format,
        unit=config.data.unit,
        description=config.data.description,
        source=source.model_copy(update={"files": tuple(files), "not_found": tuple(not_found)}),
    )


def _source(
    kind: str,
    label: str,
    folder: Path,
    files: Mapping[str, FileSection],
    passed_over: list[str],
) -> Source:
    """Record the place and the fingerprint of every file."""
    return Source.model_validate(
        {
            "kind": kind,
            "label": label,
            "files": tuple(_data_file(role, folder, file) for role, file in files.items()),
            "passed_over": tuple(passed_over),
        }
    )


def _data_file(role: str, folder: Path, file: FileSection) -> DataFile:
    """Record one file's size and hash."""
    path = folder / file.name
    found = digests(content := _content(path))
    return DataFile(
        role=role,
        name=file.name,
        n_bytes=len(content),
        sha256=found[0],
        published=None if file.sha256 is None else file.sha256 in found,
    )


def _missing(folder: Path, files: Mapping[str, FileSection]) -> list[str]:
    """Names of the files that a folder does not hold."""
    return [file.name for file in files.values() if not (folder / file.name).is_file()]


def _lacks(missing: list[str], files: Mapping[str, FileSection]) -> str:
    """Say what a place lacks."""
    return "no data files" if len(missing) == len(files) else f"no {', '.join(missing)}"


def _content(path: Path) -> bytes:
    """What a file holds."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: expected a file to read, found: {error.strerror}") from error
