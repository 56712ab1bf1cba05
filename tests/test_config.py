from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import config
from pipeline.config import Config
from pipeline.errors import ConfigError

SUPPRESS = '[[suppress]]\ncode = "{code}"\nreason = "{reason}"\n'
PUBLISHED = """[ranking.published]
source = "table 1"
citation = "{key}"
genes = [{genes}]
"""
MINIMAL = """\
seed = 7
[study]
name = "toy"
title = "Toy"
[data]
format = "tables"
[data.files.expression]
name = "expression.csv"
[data.files.samples]
name = "samples.csv"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Write the smallest study file."""
    path = tmp_path / "toy.toml"
    path.write_text(MINIMAL)
    return path


def complaint(path: Path) -> str:
    """Give what is said of a study file that is refused."""
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value)


def test_a_minimal_study_is_enough(study: Path) -> None:
    """Name, title, format and files are all that a study must say."""
    actual = config.load(study)

    assert ("toy", "Toy", 7) == (actual.study.name, actual.study.title, actual.seed)


def test_preprocessing_defaults_are_dudoits(study: Path) -> None:
    """Floor 100, ceiling 16 000, fold 5, range 500: Dudoit et al. 2002, section 3.1.2."""
    actual = config.load(study).preprocess

    expected = ("standard", 100, 16_000, 5, 500)
    constants = (actual.floor, actual.ceiling, actual.min_fold, actual.min_range)
    assert expected == (actual.recipe, *constants)


def test_the_primary_model_has_a_default(study: Path) -> None:
    """The model of the headline is named before any result is seen."""
    actual = config.load(study).evaluate.primary_model

    assert "svm" == actual


def test_weighted_voting_takes_the_genes_and_the_threshold_of_its_paper(study: Path) -> None:
    """50 genes and a strength of 0.3: Golub et al. 1999."""
    actual = config.load(study).evaluate

    assert ((50,), 0.3) == (actual.voting_grid, actual.call_threshold)


@pytest.mark.parametrize("changed", [lambda study: study, config.quickened], ids=["whole", "quick"])
def test_the_text_of_the_file_is_kept(
    study: Path, changed: Callable[[config.Config], config.Config]
) -> None:
    """A configuration knows the file that it was read from, comments and all."""
    study.write_text(f"# Where it comes from: µ\n{study.read_text()}", encoding="utf-8")

    assert study.read_text(encoding="utf-8") == changed(config.load(study)).toml


@pytest.mark.parametrize("key", ["toml", "_toml"])
def test_the_text_of_the_file_is_no_key_of_it(study: Path, key: str) -> None:
    """A study file cannot say that it is another."""
    study.write_text(f'{key} = ""\n{study.read_text()}')

    with pytest.raises(ConfigError, match=f"{key}: Extra inputs are not permitted"):
        config.load(study)


def test_a_quick_run_lowers_what_repeats_and_keeps_what_is_evaluated(study: Path) -> None:
    """Repeats, permutations and trees are fewer and never more; models and grids are the same."""
    full = config.load(study)
    few = full.model_copy(update={"evaluate": full.evaluate.model_copy(update={"n_repeats": 1})})

    quick, already_few = config.quickened(full), config.quickened(few)

    assert quick.quick
    assert (2, 1) == (quick.evaluate.n_repeats, already_few.evaluate.n_repeats)
    changed = {
        name
        for name in config.EvaluateSection.model_fields
        if getattr(quick.evaluate, name) != getattr(full.evaluate, name)
    }
    assert changed == set(config.QUICK)


def test_a_configuration_is_frozen(study: Path) -> None:
    """No step can change a setting under way."""
    actual = config.load(study)

    with pytest.raises(ValueError, match="frozen"):
        actual.seed = 8


def test_arrays_become_tuples(study: Path) -> None:
    """An array of TOML is a tuple, which is frozen too."""
    study.write_text(MINIMAL.replace('"Toy"', '"Toy"\nauthors = ["A", "B"]'))

    actual = config.load(study).study.authors

    assert ("A", "B") == actual


def test_the_shipped_study_is_golubs(golub_config: Config) -> None:
    """data/golub.toml loads, keeps the default preprocessing and models, and names a source."""
    assert config.PreprocessSection() == golub_config.preprocess
    assert config.EvaluateSection(source_column="source") == golub_config.evaluate


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seed = 7", "seed = -1", "seed: Input should be greater than or equal to 0, found -1"),
        ("seed = 7", 'seed = "7"', "seed: Input should be a valid integer, found '7'"),
        ("seed = 7", "sead = 7", "sead: Extra inputs are not permitted, found 7"),
        ('title = "Toy"\n', "", "study.title: Field required"),
        (
            '"toy"',
            '"../toy"',
            "study.name: String should match pattern '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$', found "
            "'../toy'",
        ),
        (
            '"tables"',
            '"excel"',
            "data.format: Input should be 'kaggle', 'tables' or 'broad', found 'excel'",
        ),
        (
            '"samples.csv"',
            '"a/samples.csv"',
            r"data.files.samples.name: String should match pattern '^[^/\\]+$', found "
            "'a/samples.csv'",
        ),
        (
            "[data.files.samples]",
            "[data.files.labels]",
            "data.files: format 'tables' expects expression, samples; found expression, labels",
        ),
        (
            "[study]",
            '[evaluate]\nmodels = ["majority", "logistic"]\n[study]',
            "evaluate.primary_model: expected one of evaluate.models (majority, logistic), found "
            "'svm'",
        ),
        (
            "[study]",
            "[evaluate]\npenalty_grid = [1.0, 0.1]\n[study]",
            "evaluate.penalty_grid: expected positive values that increase, found [1.0, 0.1]",
        ),
        (
            "[study]",
            "[evaluate]\ncomponent_grid = [2, 2]\n[study]",
            "evaluate.component_grid: expected positive values that increase, found [2, 2]",
        ),
        (
            "[study]",
            "[evaluate]\npenalty_grid = [0.0, 1.0]\n[study]",
            "evaluate.penalty_grid: expected positive values that increase, found [0.0, 1.0]",
        ),
        (
            "[study]",
            "[evaluate]\ngene_grid = []\n[study]",
            "evaluate.gene_grid: Value should have at least 1 item after validation, not 0, "
            "found []",
        ),
        (
            "[study]",
            "[evaluate]\nvoting_grid = [50, 75]\n[study]",
            "evaluate.voting_grid: expected even numbers, half from each side, found [50, 75]",
        ),
        (
            "[study]",
            "[preprocess]\nfloor = 16000\n[study]",
            "preprocess.ceiling: expected more than the floor 16000, found 16000",
        ),
        (
            "[study]",
            "[preprocess]\nfloor = nan\n[study]",
            "preprocess.floor: Input should be a finite number, found nan",
        ),
        (
            "[study]",
            "[evaluate]\nn_folds = 1\n[study]",
            "evaluate.n_folds: Input should be greater than or equal to 2, found 1",
        ),
        (
            "[study]",
            PUBLISHED.format(key="golub1999", genes='"g1", "g2", "g1"') + "[study]",
            "ranking.published.genes: expected each gene once, found 'g1' 2 times",
        ),
        (
            "[study]",
            SUPPRESS.format(code="SIZE-99", reason="r") + "[study]",
            "suppress: expected the code of a rule (SIZE-01, SIZE-02, SIZE-03, SIZE-04), found "
            "'SIZE-99'",
        ),
        (
            "[study]",
            2 * SUPPRESS.format(code="SIZE-01", reason="r") + "[study]",
            "suppress: expected each code once, found 'SIZE-01' 2 times",
        ),
        (
            "[study]",
            SUPPRESS.format(code="SIZE-01", reason=" ") + "[study]",
            "suppress.0.reason: String should match pattern '\\S', found ' '",
        ),
        (
            "[study]",
            PUBLISHED.format(key="golub1999", genes="") + "[study]",
            "ranking.published.genes: Value should have at least 1 item after validation, not 0, "
            "found []",
        ),
    ],
)
def test_a_bad_setting_is_named_on_one_line(study: Path, old: str, new: str, expected: str) -> None:
    """A setting that cannot be is one line: file, key, what was expected, what was found."""
    study.write_text(MINIMAL.replace(old, new, 1))

    actual = complaint(study)

    assert f"{study}: {expected}" == actual


def test_a_code_of_no_subject_is_answered_with_the_subjects(study: Path) -> None:
    """Where not even the subject is known, the subjects are listed."""
    study.write_text(MINIMAL + SUPPRESS.format(code="X", reason="r"))

    actual = complaint(study)

    assert "expected the code of a rule (ARRAY-…, BASE-…, " in actual
    assert actual.endswith("found 'X'")


def test_a_caveat_is_suppressed_with_a_reason(study: Path) -> None:
    """The study names the rule and says why."""
    study.write_text(MINIMAL + SUPPRESS.format(code="SIZE-01", reason="a pilot study"))

    (actual,) = config.load(study).suppress

    assert ("SIZE-01", "a pilot study") == (actual.code, actual.reason)


def test_a_published_list_must_be_of_a_known_work(study: Path) -> None:
    """A list whose source could not be printed among the references is refused."""
    table = PUBLISHED.format(key="nobody2020", genes='"g1"')
    study.write_text(MINIMAL.replace("[study]", table + "[study]", 1))

    actual = complaint(study)

    assert actual.startswith(f"{study}: ranking.published.citation: expected citations of")
    assert actual.endswith("found [@nobody2020]")


def test_the_published_list_of_the_shipped_study_has_50_genes(golub_config: Config) -> None:
    """25 are high in ALL and 25 in AML, as in figure 3B of the paper."""
    published = golub_config.ranking.published

    assert published is not None
    assert 50 == len(set(published.genes))


def test_an_embedded_copy_must_name_its_files(study: Path) -> None:
    """The embedded copy's files are checked like the study's own."""
    study.write_text(
        MINIMAL + '[data.embedded]\nformat = "tables"\nfolder = "f"\ndescription = ""\n'
        'unit = "u"\n[data.embedded.files.samples]\nname = "samples.csv"\n'
    )

    actual = complaint(study)

    expected = "data.embedded.files: format 'tables' expects expression, samples; found samples"
    assert f"{study}: {expected}" == actual


@pytest.mark.parametrize(
    ("section", "setting", "key"),
    [
        # A model that stands twice would be evaluated, and counted, twice.
        ("evaluate", 'models = ["svm", "svm"]', "evaluate.models"),
        # The noun goes into templates, whose places are written in braces.
        ("study", 'sample_noun = "{cell}"', "study.sample_noun"),
        # The report could not print the work that the description cites.
        ("data", 'description = "Data of [@nobody2020]."', "data.description"),
    ],
)
def test_a_setting_that_a_later_step_would_trip_over_is_refused(
    study: Path, section: str, setting: str, key: str
) -> None:
    """What no later step can use is refused when the file is loaded."""
    if section == "evaluate":
        study.write_text(f"{MINIMAL}[evaluate]\n{setting}\n")
    else:
        study.write_text(MINIMAL.replace(f"[{section}]", f"[{section}]\n{setting}", 1))

    actual = complaint(study)

    assert actual.startswith(f"{study}: {key}: ")
    assert "\n" not in actual


def test_a_missing_study_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named on one line."""
    actual = complaint(tmp_path / "no.toml")

    assert actual.startswith(f"{tmp_path / 'no.toml'}: expected a study file, found none to read")
    assert "\n" not in actual


def test_bytes_that_are_not_utf8_are_refused(study: Path) -> None:
    """A study file in Latin-1 is named on one line."""
    study.write_bytes(MINIMAL.replace("Toy", "façade").encode("latin-1"))

    actual = complaint(study)

    assert actual.startswith(f"{study}: expected a study file, found none to read")
    assert "\n" not in actual


def test_a_file_that_is_no_toml_is_refused(study: Path) -> None:
    """A fault of syntax is named with its line."""
    study.write_text("seed = \n")

    actual = complaint(study)

    assert f"{study}: expected TOML, found: Invalid value (at line 1, column 8)" == actual


CLAIM = """
[[claims]]
key = "paper"
source = "A paper"
models = ["svm"]
"""


def test_a_claim_has_the_defaults_of_scikit_learn(study: Path) -> None:
    """Where a publication is silent, its program decided."""
    study.write_text(study.read_text() + CLAIM + 'accuracy = "62 %"\n')

    (actual,) = config.load(study).claims

    assert (0.25, 1.0, 5, 5, False, None) == (
        actual.test_share,
        actual.penalty_c,
        actual.n_neighbours,
        actual.n_folds,
        actual.stratified,
        actual.seed,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "claims.paper: expected an accuracy or a figure of a class, found none"),
        ('accuracy = "1.2"', "claims.0.accuracy: expected a share of at most 1"),
        ('accuracy = "101 %"', "claims.0.accuracy: expected a share of at most 1"),
        ("accuracy = 0.62", "claims.0.accuracy: Input should be a valid string, found 0.62"),
        ('accuracy = "about 62 %"', "claims.0.accuracy: String should match pattern"),
        (
            'accuracy = "0.62"' + CLAIM + 'accuracy = "0.6"',
            "claims.paper: expected each key once, found it 2 times",
        ),
        ('accuracy = "0.62"\ncitation = "nobody2099"', "claims.paper.citation: expected citations"),
        ('accuracy = "0.62"\nmodels_ = 1', "claims.0.models_: Extra inputs are not permitted"),
    ],
)
def test_a_claim_that_says_nothing_or_too_much_is_refused(
    study: Path, text: str, expected: str
) -> None:
    """The message names the claim, what was expected and what was found."""
    study.write_text(study.read_text() + CLAIM + text + "\n")

    assert expected in complaint(study)


def test_a_claim_names_each_model_once(study: Path) -> None:
    """Twice the same figures say nothing more."""
    claim = CLAIM.replace('["svm"]', '["svm", "svm"]')
    study.write_text(study.read_text() + claim + 'accuracy = "0.62"\n')

    assert "expected each model once" in complaint(study)


def test_a_quick_run_repeats_a_claim_less_often(study: Path) -> None:
    """40 seeds instead of 200; fewer are left as they are."""
    second = CLAIM.replace("paper", "other") + 'accuracy = "0.5"\nn_seeds = 3\n'
    study.write_text(study.read_text() + CLAIM + 'accuracy = "0.62"\n' + second)

    assert [40, 3] == [claim.n_seeds for claim in config.quickened(config.load(study)).claims]


BROAD = """\
[study]
name = "toy"
title = "Toy"
[data]
format = "broad"
[data.files.train]
name = "train.res"
[data.files.train_classes]
name = "train.cls"
"""
TABLE = """[data.files.covariates]
name = "patients.csv"
[data.covariates]
sample = "id"
[data.covariates.columns]
Source = "hospital"
"BM.PB" = "tissue"
"""


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("", id="training files alone"),
        pytest.param(
            '[data.files.test]\nname = "b.res"\n[data.files.test_classes]\nname = "b.cls"\n',
            id="a test set",
        ),
        pytest.param(TABLE, id="a table of samples"),
    ],
)
def test_files_that_a_format_may_have(tmp_path: Path, more: str) -> None:
    """A format names the files that it needs, and those that it can do without."""
    path = tmp_path / "toy.toml"
    path.write_text(BROAD + more)

    assert "broad" == config.load(path).data.format


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            '[data.files.test]\nname = "b.res"\n',
            "data.files: expected test and test_classes together, found train, train_classes, test",
        ),
        (
            '[data.files.labels]\nname = "b.csv"\n',
            "data.files: format 'broad' expects train, train_classes (and may have test, "
            "test_classes, covariates); found train, train_classes, labels",
        ),
        (
            '[data.files.covariates]\nname = "b.csv"\n',
            "data.covariates: expected together with data.files.covariates, found only the file",
        ),
        (
            TABLE.replace('[data.files.covariates]\nname = "patients.csv"\n', ""),
            "data.covariates: expected together with data.files.covariates, found only the columns",
        ),
        (
            TABLE.replace("tissue", "hospital"),
            "data.covariates.columns: expected another name for each, found "
            "['hospital', 'hospital']",
        ),
        (
            "[audit]\nidentical_at = 1.5\n",
            "audit.identical_at: Input should be less than or equal to 1, found 1.5",
        ),
    ],
)
def test_files_and_columns_that_do_not_fit(tmp_path: Path, more: str, expected: str) -> None:
    """One line names file and key, what was expected and what was found."""
    path = tmp_path / "toy.toml"
    path.write_text(BROAD + more)

    assert f"{path}: {expected}" == complaint(path)


def test_a_byte_order_mark_is_dropped(study: Path) -> None:
    """Windows editors write one; the text that the report keeps has none."""
    study.write_text(MINIMAL, encoding="utf-8-sig")

    assert MINIMAL == config.load(study).toml


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "expected TOML, found arrays or tables nested too"),
        ("a = " + "{b = " * 2000 + "1" + "}" * 2000, "expected TOML, found arrays or tables nest"),
        ("seed = " + "9" * 5000, "expected TOML, found a number of too many digits"),
    ],
)
def test_what_python_cannot_parse_is_refused(study: Path, text: str, expected: str) -> None:
    """Limits of the parser are no traceback."""
    study.write_text(text)

    assert f"{study}: {expected}" in complaint(study)


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "[" * 300 + "]" * 300, '"' + "a" * 999 + '"'])
def test_a_value_of_any_length_is_refused_in_a_short_line(study: Path, value: str) -> None:
    """A hexadecimal number of thousands of digits is parsed, but cannot be printed."""
    study.write_text(MINIMAL.replace("seed = 7", f"seed = {value}"))

    actual = complaint(study)

    assert f"{study}: seed: " in actual
    assert len(actual) < len(str(study)) + 350


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "1e999", "-1e999", "nan"])
@pytest.mark.parametrize("key", ["floor = {}", "ceiling = {}", "min_fold = {}"])
def test_a_number_that_no_float_holds_is_refused(study: Path, key: str, value: str) -> None:
    """Neither infinity nor more than the largest float comes through."""
    study.write_text(f"{MINIMAL}[preprocess]\n{key.format(value)}\n")

    assert f"{study}: preprocess." in complaint(study)


EMBEDDED = """[data.embedded]
format = "tables"
folder = "{}"
description = "d"
unit = "u"
[data.embedded.files]
expression = {{ name = "e.csv" }}
samples = {{ name = "s.csv" }}
"""


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('name = "expression.csv"', 'name = "a\\u0000b"', "data.files.expression.name"),
        ('format = "tables"\n', 'format = "tables"\nfolders = ["a\\u0000b"]\n', "data.folders.0"),
        ("seed = 7", "seed = 7", "data.embedded.folder"),
    ],
)
def test_a_path_with_nul_is_refused(study: Path, old: str, new: str, where: str) -> None:
    """No system takes such a name; every path of a study file is looked at."""
    folder = "a\\u0000b" if "embedded" in where else "a"
    study.write_text(MINIMAL.replace(old, new, 1) + EMBEDDED.format(folder))

    assert f"{study}: {where}: expected a path without control characters, found 'a\\x00b'" == (
        complaint(study)
    )


@pytest.mark.parametrize("folder", ["/etc", "../..", "a/../../b"])
def test_an_embedded_folder_elsewhere_is_refused(study: Path, folder: str) -> None:
    """The embedded copy is what travels with the program."""
    study.write_text(MINIMAL + EMBEDDED.format(folder))

    assert "data.embedded.folder: expected a folder that travels with the program" in (
        complaint(study)
    )
