"""What means that something is not known: one definition for all formats and columns.

Classes, groups, sources and covariates are read by it; a value of the matrix never is, since a
missing measurement is refused. Some words can be either a name or the lack of one: untreated
controls are called None. What they mean the study file says (`data.missing`).
"""

from collections.abc import Sequence

from pipeline.errors import DataError

SIGNS = frozenset({"", "na", "n/a", "n.a.", "nan", "null", "?", "#n/a", "#na", "<na>"})
"""Always unknown, in small letters: what R, Python, spreadsheets and databases write."""

ANNOTATION_SIGNS = SIGNS | {"-666", "-666.0"}
"""Unknown in an annotation of GCT 1.3, after the format's own writer, cmapPy 4.0.1."""

EITHER = frozenset({"none", "-", "--", "–", "—", ".", "unknown", "unk", "missing", "not available"})
"""Unknown, or the name of something: in small letters."""


def known(text: str, missing: Sequence[str] | None = None, *, signs: frozenset[str] = SIGNS) -> str:
    """Tell an unknown value from a known one.

    Parameters
    ----------
    text : str
        A field of a file.
    missing : sequence of str, optional
        Further words that mean unknown, from the study file.
    signs : frozenset of str, default=SIGNS
        What means unknown in that file.

    Returns
    -------
    str
        The field without surrounding blanks, or the empty text where it is unknown.
    """
    small = text.strip().casefold()
    if small in signs or small in {word.strip().casefold() for word in missing or ()}:
        return ""
    return text.strip()


def known_name(text: str, missing: Sequence[str] | None, *, where: str) -> str:
    """Tell the name of a class, group or source from an unknown one.

    Parameters
    ----------
    text : str
        A field of a file.
    missing : sequence of str or None
        All words beyond `SIGNS` that mean unknown; None where the study file does not say.
    where : str
        File, line and what is named, for the error message.

    Returns
    -------
    str
        The name without surrounding blanks, or the empty text where it is unknown.

    Raises
    ------
    DataError
        If the field can be either and the study file does not say which.
    """
    name = known(text, missing)
    if missing is None and name.casefold() in EITHER:
        raise DataError(
            f"{where}: expected a name or an empty field, found {name!r}, which can be either: in "
            f'the study file set data.missing = ["{name}"] where it means unknown, or '
            "data.missing = [] where it is a name"
        )
    return name
