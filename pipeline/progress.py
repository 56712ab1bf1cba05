"""How a long step tells the command line how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of the running step, what is done of it, and what there is to do."""
