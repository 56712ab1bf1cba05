"""Print one table of speeds: `python -m benchmarks [WORD ...]`.

Each line is a task, done by `pipeline` and by plain scikit-learn on the same data and
folds, both on one thread and both to convergence. Both run in turn in this process; a line
gives the median of their CPU times and the ratio, and in how many predictions the two
differ. Words choose the tasks whose labels hold one of them.
"""

import sys

import click
from threadpoolctl import threadpool_limits

from benchmarks import genes, genewise, linear, nested
from benchmarks.task import HEADER, load, machine, measure

TASKS = (*linear.TASKS, *nested.TASKS, *genewise.TASKS, *genes.TASKS)
"""Each module of tasks has its `TASKS`."""


def main() -> None:
    """Print the machine and the table."""
    wanted = sys.argv[1:]
    data = load()
    click.echo(f"{machine()}\n{data.name}: {len(data.X)} samples, {data.X.shape[1]} genes\n")
    click.echo(HEADER)
    with threadpool_limits(1):
        for task in TASKS:
            if not wanted or any(word in task.label for word in wanted):
                click.echo(measure(task, data))


if __name__ == "__main__":
    main()
