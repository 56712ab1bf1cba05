import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline import provenance
from pipeline.config import Config
from report.formats import plain


def test_versions_are_those_installed(toy_config: Config) -> None:
    """Each package stands with the version that is installed."""
    actual = {p.name: p.value for p in provenance.provenance(toy_config).packages}

    assert {name: version(name) for name in provenance.PACKAGES} == actual


def test_the_program_names_itself(toy_config: Config) -> None:
    """The record names the program, its version and that of Python."""
    actual = provenance.provenance(toy_config)

    expected = ("expression-report", version("expression-report"), platform.python_version())
    assert expected == (actual.program, actual.version, actual.python)


def test_the_methods_name_every_version(toy_config: Config) -> None:
    """The paragraph on software has the program, Python and all packages with their versions."""
    step = provenance.method(provenance.provenance(toy_config))

    versions = {"Python": platform.python_version()}
    versions |= {name: version(name) for name in ("expression-report", *provenance.PACKAGES)}
    said = plain(step.text)
    assert [] == [name for name, number in versions.items() if f"{name} {number}" not in said]


def test_every_setting_is_recorded(toy_config: Config) -> None:
    """Every setting of the steps stands there by the name that it has in the study file."""
    expected = {
        f"{section}.{name}"
        for section in ("preprocess", "embedding", "evaluate", "ranking")
        for name in type(getattr(toy_config, section)).model_fields
    }

    actual = {setting.name for setting in provenance.provenance(toy_config).settings}

    assert expected == actual


def test_settings_are_written_as_in_the_study_file(toy_config: Config) -> None:
    """Whole numbers have no point, and lists have commas."""
    actual = {s.name: s.value for s in provenance.provenance(toy_config).settings}

    assert actual["evaluate.models"].startswith("majority, logistic, svm, logistic_balanced")
    assert "0.01, 1" == actual["evaluate.penalty_grid"]
    assert "16000" == actual["preprocess.ceiling"]


def test_a_long_number_is_written_in_full(toy_config: Config) -> None:
    """A setting is not rounded."""
    preprocess = toy_config.preprocess.model_copy(update={"ceiling": 12_345_678.5})
    config = toy_config.model_copy(update={"preprocess": preprocess})

    actual = {s.name: s.value for s in provenance.provenance(config).settings}

    assert "12345678.5" == actual["preprocess.ceiling"]


def test_the_seed_is_recorded(toy_config: Config) -> None:
    """The seed of the configuration is the one in the record."""
    actual = provenance.provenance(toy_config.model_copy(update={"seed": 7})).seed

    assert 7 == actual


def test_neither_host_nor_user_nor_folder_is_recorded(
    toy_config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two machines with the same versions write the same record."""
    expected = provenance.provenance(toy_config)
    monkeypatch.setattr(platform, "node", lambda: "another-host")
    monkeypatch.setenv("USER", "another-user")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    actual = provenance.provenance(toy_config)

    assert expected == actual
