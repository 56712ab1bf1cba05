import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from numpydoc.validate import validate
from pydantic import BaseModel

import pipeline
import report

# "See Also", "Examples" and an extended summary are asked for nowhere.
SWITCHED_OFF = {"SA01", "EX01", "ES01"}
# A record has no constructor of its own: its fields stand typed in its body. Its methods are
# look-ups whose one sentence says what is looked up.
RECORDS = {"PR01", "RT01"}


def modules() -> Iterator[str]:
    """Name every module of both packages."""
    for package in (pipeline, report):
        yield package.__name__
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):  # importing it runs the command line
                yield module.name


def is_record(value: object) -> bool:
    """Whether something is a pydantic model or a dataclass."""
    is_class = inspect.isclass(value)
    return is_class and (dataclasses.is_dataclass(value) or issubclass(value, BaseModel))


def public() -> Iterator[tuple[str, frozenset[str]]]:
    """Name what is public, and the checks that do not fit it."""
    for module in modules():
        for attribute, value in vars(importlib.import_module(module)).items():
            if attribute.startswith("_") or getattr(value, "__module__", None) != module:
                continue
            name = f"{module}.{attribute}"
            if inspect.isfunction(value):
                yield name, frozenset(SWITCHED_OFF)
            elif inspect.isclass(value):
                exempt = frozenset(SWITCHED_OFF | (RECORDS if is_record(value) else set()))
                yield name, exempt
                for member, function in vars(value).items():
                    if getattr(function, "__module__", None) != module:  # pydantic's own
                        continue
                    if not member.startswith("_") and inspect.isfunction(function):
                        yield f"{name}.{member}", exempt


@pytest.mark.parametrize(("name", "exempt"), [pytest.param(*case, id=case[0]) for case in public()])
def test_docstring_is_in_numpydoc_form(name: str, exempt: frozenset[str]) -> None:
    """Every public class and function describes itself, its parameters and its result."""
    actual = [error for error in validate(name)["errors"] if error[0] not in exempt]

    assert [] == actual


# numpydoc cannot validate a module that holds a docstring only.
@pytest.mark.parametrize("name", list(modules()))
def test_module_says_what_it_does_in_its_first_line(name: str) -> None:
    """Every module begins with a line that names its one thing."""
    first, *_ = (importlib.import_module(name).__doc__ or "").splitlines() or [""]

    assert first.endswith((".", ":"))
