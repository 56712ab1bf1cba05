"""What ran: versions and settings, and no clock, host, user or path."""

import platform
from importlib.metadata import version

from pipeline.config import Config
from pipeline.records.base import MethodStep, Provenance, Setting, Statement, Value

PROGRAM = "expression-report"
PACKAGES = (
    "jinja2",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pydantic",
    "scikit-learn",
    "scipy",
    "umap-learn",
    "weasyprint",
)


def program_version() -> str:
    """Give this program's version.

    Returns
    -------
    str
        The version of the installed distribution.
    """
    return version(PROGRAM)


def provenance(config: Config) -> Provenance:
    """Record what ran.

    Parameters
    ----------
    config : Config
        The configuration, every default filled in.

    Returns
    -------
    Provenance
        Versions, settings and seed.
    """
    settings = {
        f"{section}.{name}": value
        for section in ("preprocess", "embedding", "evaluate", "ranking")
        for name, value in getattr(config, section).model_dump().items()
    }
    return Provenance(
        program=PROGRAM,
        version=program_version(),
        python=platform.python_version(),
        packages=tuple(Setting(name=name, value=version(name)) for name in PACKAGES),
        settings=tuple(Setting(name=name, value=_text(value)) for name, value in settings.items()),
        seed=config.seed,
    )


def method(record: Provenance) -> MethodStep:
    """Write the Methods paragraph on software.

    Parameters
    ----------
    record : Provenance
        What `provenance` gave.

    Returns
    -------
    MethodStep
        The programs with their versions.
    """
    values = [
        Value(name="version", value=record.version, format="text", path="provenance.version"),
        Value(name="python", value=record.python, format="text", path="provenance.python"),
    ]
    places = []
    for place, package in enumerate(record.packages):
        path = f"provenance.packages[{place}]"
        values += [
            Value(name=f"name{place}", value=package.name, format="text", path=f"{path}.name"),
            Value(name=f"version{place}", value=package.value, format="text", path=f"{path}.value"),
        ]
        places.append(f"{{name{place}}} {{version{place}}}")
    template = f"{record.program} {{version}} ran on Python {{python}} with {', '.join(places)}."
    return MethodStep(title="Software", text=Statement(template=template, values=tuple(values)))


def _text(value: object) -> str:
    """Write a setting as in the study file."""
    if isinstance(value, dict):  # a published list: its genes stand where they are compared
        return f"{value['source']} [{value['citation']}], {len(value['genes'])} genes"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)
