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
    named = ", ".join(f"{package.name} {{{_key(package)}}}" for package in record.packages)
    values = (
        Value(name="version", value=record.version, format="text", path="provenance.version"),
        Value(name="python", value=record.python, format="text", path="provenance.python"),
        *(
            Value(
                name=_key(package),
                value=package.value,
                format="text",
                path=f"provenance.packages[{package.name}].value",
            )
            for package in record.packages
        ),
    )
    template = f"{record.program} {{version}} ran on Python {{python}} with {named}."
    return MethodStep(title="Software", text=Statement(template=template, values=values))


def _key(package: Setting) -> str:
    """Name a package's version in a template."""
    return package.name.replace("-", "_")


def _text(value: object) -> str:
    """Write a setting as in the study file."""
    if isinstance(value, dict):  # a published list: its genes stand where they are compared
        return f"{value['source']} [{value['citation']}], {len(value['genes'])} genes"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)
