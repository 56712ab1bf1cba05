"""Downloads into the cache: what is taken, what is refused, and what the command says."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pipeline import sources
from pipeline.config import FileSection
from pipeline.download import digests, download
from report import cli

TABLE = b"gene,S1\ng,1\n"
LABELS = b"sample,class\nS1,a\n"
HOST = "https://data.invalid/"

Pages = dict[str, bytes | requests.RequestException]


class Adapter(requests.adapters.BaseAdapter):
    """Stands in the place of the network: pages by address, and what was asked for."""

    def __init__(self, pages: Pages) -> None:
        super().__init__()
        self.pages = pages
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer one request."""
        self.asked.append(str(request.url))
        page = self.pages.get(str(request.url))
        if isinstance(page, requests.RequestException):
            raise page
        response = requests.Response()
        response.status_code = 404 if page is None else 200
        response.raw = io.BytesIO(page or b"")
        response.url = str(request.url)
        response.headers["content-length"] = str(len(page or b""))
        return response

    def close(self) -> None:
        """Close nothing."""


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[Pages], Adapter]:
    """Give a function that puts pages in the place of the network."""

    def put(pages: Pages) -> Adapter:
        adapter = Adapter(pages)
        monkeypatch.setattr(requests.Session, "get_adapter", lambda *_, **__: adapter)
        return adapter

    return put


def named(content: bytes, *addresses: str, name: str = "table.csv") -> FileSection:
    """Name a file of the study."""
    digest = hashlib.sha256(content).hexdigest()
    return FileSection(name=name, sha256=digest, urls=tuple(addresses))


@pytest.mark.parametrize("content", [TABLE, TABLE.replace(b"\n", b"\r\n")])
def test_a_file_is_kept_as_its_hash_says(
    serve: Callable[[Pages], Adapter], tmp_path: Path, content: bytes
) -> None:
    """A copy with CR LF line ends is the same file, and is kept with LF; nothing else is left."""
    serve({HOST + "table.csv": content})

    reason = download(tmp_path / "cache", {"table": named(TABLE, HOST + "table.csv")})

    assert reason is None
    kept = {path.name: path.read_bytes() for path in (tmp_path / "cache").iterdir()}
    assert {"table.csv": TABLE} == kept


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"gene,S1\ng,2\n", "the file there has another hash"),
        (b"", "the file there has another hash"),
        (None, "no answer (HTTPError)"),
        (requests.ConnectionError(), "no answer (ConnectionError)"),
        (requests.ConnectTimeout(), "no answer (ConnectTimeout)"),
    ],
)
def test_what_is_refused_leaves_nothing(
    serve: Callable[[Pages], Adapter],
    tmp_path: Path,
    page: bytes | requests.RequestException | None,
    reason: str,
) -> None:
    """A file with another hash, or none, is not kept, and the reason is given."""
    serve({} if page is None else {HOST + "table.csv": page})

    actual = download(tmp_path, {"table": named(TABLE, HOST + "table.csv")})

    assert f"table.csv: {reason}" == actual
    assert [] == list(tmp_path.iterdir())


def test_the_next_address_is_asked(serve: Callable[[Pages], Adapter], tmp_path: Path) -> None:
    """The first that gives the stated file is the last to be asked."""
    addresses = [f"{HOST}{n}" for n in range(4)]
    adapter = serve({addresses[1]: b"other", addresses[2]: TABLE, addresses[3]: TABLE})

    reason = download(tmp_path, {"table": named(TABLE, *addresses)})

    assert (None, addresses[:3]) == (reason, adapter.asked)


def test_a_folder_that_cannot_be_made_is_told(
    serve: Callable[[Pages], Adapter], tmp_path: Path
) -> None:
    """A file in the place of the cache is a reason, not a traceback."""
    serve({HOST + "table.csv": TABLE})
    (tmp_path / "cache").write_text("a file")

    actual = download(tmp_path / "cache", {"table": named(TABLE, HOST + "table.csv")})

    assert "table.csv: the cache cannot be written" in str(actual)


@given(st.binary(max_size=40))
def test_the_first_digest_is_that_of_the_bytes(content: bytes) -> None:
    """And the second, where there are CR LF, that of the text without them."""
    first, *others = digests(content)

    assert hashlib.sha256(content).hexdigest() == first
    assert (b"\r\n" in content) == bool(others)


@contextmanager
def left(status: int) -> Iterator[None]:
    """See that the command leaves with a status."""
    with pytest.raises(SystemExit) as ended:
        yield
    assert status == ended.value.code


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a study of two files with addresses; the cache is empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    text = '[study]\nname = "toy"\ntitle = "Toy"\n[data]\nformat = "tables"\n'
    for role, name, content in (
        ("expression", "table.csv", TABLE),
        ("samples", "labels.csv", LABELS),
    ):
        digest = hashlib.sha256(content).hexdigest()
        text += f'[data.files.{role}]\nname = "{name}"\nsha256 = "{digest}"\n'
        text += f'urls = ["{HOST}{name}"]\n'
    path = tmp_path / "toy.toml"
    path.write_text(text)
    return path


def test_fetch_lists_what_it_got(
    serve: Callable[[Pages], Adapter], study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a file: where it is, how large, and that its hash was checked."""
    serve({HOST + "table.csv": TABLE, HOST + "labels.csv": LABELS})

    with left(0):
        cli.main(["fetch", "toy.toml"])

    out, err = capsys.readouterr()
    assert [
        f"{study.parent / 'cache' / 'toy' / 'table.csv'}: 12 bytes, downloaded, hash checked",
        f"{study.parent / 'cache' / 'toy' / 'labels.csv'}: 18 bytes, downloaded, hash checked",
    ] == out.splitlines()
    assert "" == err


@pytest.mark.usefixtures("study")
def test_fetch_asks_for_nothing_twice(
    serve: Callable[[Pages], Adapter], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is in the cache is named, and not asked for."""
    adapter = serve({HOST + "table.csv": TABLE, HOST + "labels.csv": LABELS})
    with left(0):
        cli.main(["fetch", "toy.toml"])
    capsys.readouterr()
    n_asked = len(adapter.asked)

    with left(0):
        cli.main(["fetch", "toy.toml"])

    assert n_asked == len(adapter.asked)
    assert ["there already"] * 2 == [
        line.split(", ")[1] for line in capsys.readouterr().out.splitlines()
    ]


@pytest.mark.usefixtures("study")
def test_without_a_network_fetch_is_one_line(
    serve: Callable[[Pages], Adapter], capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, the file, and the reason; nothing on standard output."""
    serve({HOST + "table.csv": requests.ConnectionError()})

    with left(2):
        cli.main(["fetch", "toy.toml"])

    out, err = capsys.readouterr()
    assert (
        "expression-report: error: toy: expected all files at their public addresses, found "
        "table.csv: no answer (ConnectionError)\n"
    ) == err
    assert "" == out


def test_a_changed_file_in_the_cache_is_one_line(
    serve: Callable[[Pages], Adapter], study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not overwritten: the message says to delete it."""
    serve({})
    folder = study.parent / "cache" / "toy"
    folder.mkdir(parents=True)
    (folder / "table.csv").write_text("mine")

    with left(2):
        cli.main(["fetch", "toy.toml"])

    assert "delete the file to have it downloaded again" in capsys.readouterr().err
    assert "mine" == (folder / "table.csv").read_text()
