"""The two errors that a user can mend: bad data and a bad configuration."""


class DataError(ValueError):
    """A data file says something other than what was expected of it.

    The message is one line that names the file, line or sample, what was expected
    and what was found; the command line prints it and leaves with status 2.
    """


class ConfigError(ValueError):
    """A study's TOML file, or an option, asks for something that cannot be."""
