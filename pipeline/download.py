"""Where a study's data come from the network: one file at a time, into the cache, hash-checked.

A file is what the study names where its SHA-256 is the stated one, or becomes so when the line ends
CR LF, which some copies were given on their way, are LF again::

    bytes          as stated                    taken
    CR LF to LF    as stated                    taken, and kept with LF
                   another hash                 the next address is asked
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.config import Config, FileSection
from pipeline.errors import ConfigError, DataError

TIMEOUT_S = 30


@dataclass(frozen=True)
class Fetched:
    """A file of the cache; `is_new` says whether it was downloaded just now."""

    name: str
    n_bytes: int
    is_new: bool


def digests(content: bytes) -> tuple[str, ...]:
    """Give the SHA-256 of a file, and that of the file with LF line ends.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    tuple of str
        Hexadecimal digits; one where the file has no CR LF.
    """
    plain = content.replace(b"\r\n", b"\n")
    return tuple(hashlib.sha256(each).hexdigest() for each in dict.fromkeys((content, plain)))


def download(folder: Path, files: Mapping[str, FileSection]) -> str | None:
    """Download what a folder lacks.

    Parameters
    ----------
    folder : Path
        The folder; it is made where it does not exist.
    files : mapping of str to FileSection
        Names, hashes and addresses.

    Returns
    -------
    str or None
        The first file that no address gave, and why; None where all are there.
    """
    for file in files.values():
        reason: str | None = "no address is listed"
        for url in () if (folder / file.name).is_file() else file.urls:
            reason = _ask(url, file, folder)
            if reason is None:
                break
        if not (folder / file.name).is_file():
            return f"{file.name}: {reason}"
    return None


def fetch(config: Config, folder: Path) -> tuple[Fetched, ...]:
    """Download the files of a study that have addresses.

    Parameters
    ----------
    config : Config
        The study.
    folder : Path
        Where they are kept.

    Returns
    -------
    tuple of Fetched
        The files, those that were there already among them.

    Raises
    ------
    ConfigError
        If the study names no address, or a file without a hash.
    DataError
        If a file could not be had; the message gives its name and the reason.
    """
    name = config.study.name
    files = {role: file for role, file in config.data.files.items() if file.urls}
    if not files:
        raise ConfigError(
            f"{name}: expected addresses to download from (data.files.….urls), found none"
        )
    if bare := [file.name for file in files.values() if file.sha256 is None]:
        raise ConfigError(f"{name}: expected a sha256 for each address, found none for {bare[0]}")
    before = {role for role, file in files.items() if (folder / file.name).is_file()}
    reason = download(folder, files)
    if reason:
        raise DataError(f"{name}: expected all files at their public addresses, found {reason}")
    return tuple(
        Fetched(file.name, (folder / file.name).stat().st_size, role not in before)
        for role, file in files.items()
    )


def _ask(url: str, file: FileSection, folder: Path) -> str | None:
    """Ask one address; the reason why it did not give the file, None where it did."""
    import pooch  # imports requests: only where something is downloaded
    from requests import RequestException

    pooch.get_logger().setLevel("ERROR")
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT_S)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the cache, and moved into it whole: a file cut short is never taken for one.
        with TemporaryDirectory(dir=folder, prefix=".incoming-") as incoming:
            path = Path(incoming)
            pooch.retrieve(url, known_hash=None, fname=file.name, path=path, downloader=downloader)
            content = (path / file.name).read_bytes()
            found = digests(content)
            if file.sha256 not in found:
                return "the file there has another hash"
            if file.sha256 != found[0]:
                (path / file.name).write_bytes(content.replace(b"\r\n", b"\n"))
            (path / file.name).replace(folder / file.name)
    except RequestException as error:  # some of these are ValueErrors and OSErrors, too
        return f"no answer ({type(error).__name__})"
    except ValueError:  # no address that could be asked
        return "the address cannot be asked"
    except OSError as error:
        return f"the cache cannot be written ({error.strerror})"
    return None
