"""``%topsdl`` and ``%%topsdl``."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError as IPythonUsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from .. import __version__
from ..client import Run, TopsError, Workspace, connect
from .arguments import HelpShown, UsageError, cell_parser, line_parser, parse
from .tables import Table


@magics_class
class TopsMagics(Magics):
    """Lines and cells that act on the project; what they return is shown and can be assigned."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._tops: Workspace | None = None

    @property
    def tops(self) -> Workspace:
        """The workspace, connected on first use."""
        if self._tops is None:
            self._tops = connect()
        return self._tops

    def greet(self) -> None:
        """Says as whom the magics act, or why they cannot yet."""
        try:
            tops = self.tops
            print(
                f"topsdl {__version__}, project {tops.project['name']}, "
                f"signed in as {tops.user['name']}"
            )
        except TopsError as error:
            print(f"topsdl {__version__}: {error}")

    @line_magic("topsdl")
    def line(self, line: str) -> Any:
        """``%topsdl datasets``, ``%topsdl dataset digits:v2``, ``%topsdl logs digits-mpi`` ..."""
        return self._do(lambda: self._line(parse(line_parser(), line)))

    @cell_magic("topsdl")
    def cell(self, line: str, cell: str) -> Any:
        """``%%topsdl train NAME --nodes 2 --data digits --algorithm digits``, the command below."""
        return self._do(lambda: self._train(parse(cell_parser(), line), cell.strip()))

    def _do(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except HelpShown:
            return None
        except (UsageError, TopsError, OSError) as error:
            # Without the traceback of the client's insides: the message says what to do.
            raise IPythonUsageError(str(error)) from None

    def _train(self, given: argparse.Namespace, command: str) -> Any:
        environment = dict(pair.split("=", 1) for pair in given.env if "=" in pair)
        if len(environment) != len(given.env):
            raise UsageError("--env takes KEY=VALUE")
        run = self.tops.train(
            given.name,
            command,
            spec=given.spec,
            nodes=given.nodes,
            data=given.data,
            algorithms=given.algorithm,
            models=given.model,
            save_to=given.save_to,
            environment=environment,
        )
        return run if given.no_follow else self._follow(given, run)

    @staticmethod
    def _follow(given: argparse.Namespace, run: Run) -> Run:
        try:
            return run.follow()
        except KeyboardInterrupt:
            # Still an error of the cell: what comes after it counts on the end of the run.
            one = f"{shlex.quote(given.name)} {run.value['number']}"
            raise IPythonUsageError(
                f"no longer followed, but {run.name} goes on: "
                f"%topsdl logs {one} follows it again, %topsdl stop {one} ends it"
            ) from None

    def _line(self, given: argparse.Namespace) -> Any:
        verb = given.verb or "connect"
        return getattr(self, f"_{verb}")(given)

    def _connect(self, given: argparse.Namespace) -> Workspace:
        if getattr(given, "project", None):
            self._tops = connect(project=given.project)
        return self.tops

    def _table(self, columns: dict[str, Callable[[Any], Any]], operation: Any, **query: Any) -> Table:
        items = list(Workspace.pages(operation, self.tops.project_id, **query))
        return Table(list(columns), [[read(item) for read in columns.values()] for item in items])

    def _datasets(self, _: argparse.Namespace) -> Table:
        return self._table(
            {
                "dataset": lambda d: d["name"],
                "versions": lambda d: d["versionCount"],
                "images": lambda d: d["versions"][0]["counts"]["total"] if d["versions"] else 0,
                "labeled": lambda d: d["versions"][0]["counts"]["labeled"] if d["versions"] else 0,
                "public": lambda d: "yes" if d["public"] else "",
            },
            self.tops.api.datasets.list,
            visibility="all",
        )

    def _sets(self, kind: str, operation: Any) -> Table:
        return self._table(
            {
                kind: lambda s: s["name"],
                "versions": lambda s: s["versionCount"],
                "scenario": lambda s: s["scenario"],
                "public": lambda s: "yes" if s["public"] else "",
            },
            operation,
            visibility="all",
        )

    def _algorithms(self, _: argparse.Namespace) -> Table:
        return self._sets("algorithm", self.tops.api.algorithms.list)

    def _models(self, _: argparse.Namespace) -> Table:
        return self._sets("model", self.tops.api.models.list)

    def _training(self, _: argparse.Namespace) -> Table:
        return self._table(
            {
                "training": lambda t: t["name"],
                "nodes": lambda t: f"{t['nodes']} × {t['specName']}",
                "runs": lambda t: t["runCount"],
                "last": lambda t: t["runs"][0]["state"] if t["runs"] else "",
            },
            self.tops.api.training.list,
        )

    def _packages(self, _: argparse.Namespace) -> Table:
        return self._table(
            {
                "package": lambda p: p["name"],
                "versions": lambda p: p["versionCount"],
                "last": lambda p: f"v{p['versions'][0]['number']} {p['versions'][0]['state']}" if p["versions"] else "",
                "scenario": lambda p: p["scenario"],
            },
            self.tops.api.serving.list_packages,
        )

    def _services(self, _: argparse.Namespace) -> Table:
        return self._table(
            {
                "service": lambda s: s["name"],
                "production": lambda s: _version(s["production"]),
                "gray": lambda s: _version(s["gray"]),
                "gray share": lambda s: f"{s['grayShare']:.0%}" if s["gray"] else "",
            },
            self.tops.api.serving.list_services,
        )

    def _specs(self, _: argparse.Namespace) -> Table:
        items = list(Workspace.pages(self.tops.api.admin.list_specs))
        rows = [
            [s["name"], s["cpu"], f"{s['memoryBytes'] / 1024**3:g} Gi", s["cards"] or ""]
            for s in items
        ]
        return Table(["spec", "cpu", "memory", "cards"], rows)

    def _dataset(self, given: argparse.Namespace) -> Any:
        return self.tops.dataset(given.name)

    def _algorithm(self, given: argparse.Namespace) -> Any:
        return self.tops.algorithm(given.name)

    def _model(self, given: argparse.Namespace) -> Any:
        return self.tops.model(given.name)

    def _service(self, given: argparse.Namespace) -> Any:
        return self.tops.service(given.name)

    def _runs(self, given: argparse.Namespace) -> Table:
        runs = [run.value for run in self.tops.runs(given.name, given.last)]
        rows = [
            [r["number"], r["state"], r["attempt"], len(r["nodes"]), (r["reason"] or {}).get("detail", "")]
            for r in runs
        ]
        return Table(["run", "state", "attempt", "nodes", "reason"], rows)

    def _run(self, given: argparse.Namespace) -> Any:
        return self.tops.run(given.name, given.number)

    def _logs(self, given: argparse.Namespace) -> Any:
        return self._follow(given, self._run(given))

    def _stop(self, given: argparse.Namespace) -> Any:
        return self._run(given).stop()

    def _resume(self, given: argparse.Namespace) -> Any:
        return self._follow(given, self._run(given).resume())

    def _import(self, given: argparse.Namespace) -> Any:
        return self.tops.import_archive(given.dataset, given.archive)


def _version(version: dict[str, Any] | None) -> str:
    if version is None:
        return ""
    return f"{version['packageName']} v{version['packageNumber']} {version['state']}"
