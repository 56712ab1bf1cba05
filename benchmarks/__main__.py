"""Print what it costs: `python -m benchmarks [WORD ...]`.

The first table is of speeds. Each line is a task, done by `pipeline` and by plain
scikit-learn on the same data and folds, both on one thread and both to convergence. Both
run in turn in this process; a line gives the median of their CPU times and the ratio, and
in how many predictions the two differ. The second table is of budgets: what building and
rendering a report takes beside what it may take. Words choose the tasks whose labels hold
one of them; the word `budgets` chooses the second table. The word `coverage` alone gives a
third: how often the report's intervals hold what they should.
"""

import sys

import click
from threadpoolctl import threadpool_limits

from benchmarks import budgets, coverage, genes, genewise, linear, nested
from benchmarks.task import HEADER, load, machine, measure

TASKS = (*linear.TASKS, *nested.TASKS, *genewise.TASKS, *genes.TASKS)
"""Each module of tasks has its `TASKS`."""


BUDGETS = "budgets"
COVERAGE = "coverage"


def main() -> None:
    """Print the machine and the tables."""
    wanted = sys.argv[1:]
    click.echo(f"{machine()}\n")
    if wanted == [COVERAGE]:
        with threadpool_limits(1):
            for line in (coverage.HEADER, *coverage.lines()):
                click.echo(line)
        return
    if wanted != [BUDGETS]:
        _speeds(wanted)
    if not wanted or BUDGETS in wanted:
        click.echo(budgets.HEADER)
        for budget in budgets.lines():
            click.echo(budget)


def _speeds(wanted: list[str]) -> None:
    """Measure the tasks."""
    data = load()
    click.echo(f"{data.name}: {len(data.X)} samples, {data.X.shape[1]} genes; one thread\n")
    click.echo(HEADER)
    with threadpool_limits(1):
        for task in TASKS:
            if not wanted or any(word in task.label for word in wanted):
                click.echo(measure(task, data))
    click.echo()


if __name__ == "__main__":
    main()
