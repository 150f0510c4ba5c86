"""``%topsdl`` and ``%%topsdl`` in a shell, against a real companion."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from IPython.core.error import UsageError as IPythonUsageError
from IPython.core.interactiveshell import InteractiveShell

import topsdl
from topsdl import launcher
from topsdl.client import Workspace, connect
from topsdl.magics.arguments import UsageError, cell_parser, line_parser, parse


@pytest.fixture(scope="module")
def tops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace on a companion that the magics find as a kernel would."""
    data = tmp_path_factory.mktemp("data")
    launcher.ensure(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOPSDL_DATA_DIR", str(data))
        with connect() as workspace:
            yield workspace
    launcher.stop(data, everything=True)


@pytest.fixture
def shell(tops: Workspace) -> InteractiveShell:
    shell = InteractiveShell.instance()
    shell.run_line_magic("reload_ext", "topsdl")
    return shell


@pytest.fixture
def refused(shell: InteractiveShell) -> Callable[..., str]:
    """Runs what cannot be and returns what is said of it, which is all that a cell shows."""

    def run(line: str, cell: str | None = None) -> str:
        with pytest.raises(IPythonUsageError) as caught:
            if cell is None:
                shell.run_line_magic("topsdl", line)
            else:
                shell.run_cell_magic("topsdl", line, cell)
        return str(caught.value)

    return run


def test_tables_and_things_by_their_names(shell: InteractiveShell, tops: Workspace) -> None:
    made = tops.api.algorithms.create(tops.project_id, name="分类", scenario="image-ocr")
    tops.api.algorithms.create_version(made["id"])
    table = shell.run_line_magic("topsdl", "algorithms")
    assert "分类" in repr(table) and "<td" in table._repr_html_()
    assert shell.run_line_magic("topsdl", "algorithm 分类:v1").set["id"] == made["id"]
    assert shell.user_ns["topsdl"] is topsdl
    for kind in ("datasets", "models", "training", "packages", "services", "specs"):
        assert shell.run_line_magic("topsdl", kind).columns


def test_help_is_no_error(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.run_line_magic("topsdl", "--help") is None
    assert shell.run_cell_magic("topsdl", "train --help", "true") is None
    assert "usage: %%topsdl train" in capsys.readouterr().out


def test_what_cannot_be_is_said_in_a_line(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "invalid choice: 'trian'" in refused("trian x", "true")
    assert "--nodes: invalid int value: 'two'" in refused("train x --nodes two", "true")
    assert refused("train x --nodes 0", "true").endswith("nodes: At least 1.")
    assert "there is no dataset 'nope'" in refused("train x --data nope", "true")
    assert "there is no spec 'nope'; found: 'Dev Only'" in refused("train x --spec nope", "true")
    assert str(tmp_path / "none.zip") in refused(f"import new {tmp_path}/none.zip")


def test_an_interrupt_leaves_the_run_and_says_how_to_go_on(
    shell: InteractiveShell, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient:
        """Interrupts, as Jupyter does, once it has seen something."""

        def write(self, text: str) -> None:
            if "begun" in text:
                signal.raise_signal(signal.SIGINT)

        def flush(self) -> None: ...

    # As a kernel does: what was started in the background of a shell inherits that interrupts are ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Impatient())
        said = refused("train 'a b'", "echo begun; exec sleep 600")
    assert said == (
        "no longer followed, but a b #1 goes on: "
        "%topsdl logs 'a b' 1 follows it again, %topsdl stop 'a b' 1 ends it"
    )
    assert topsdl.run("a b").state == "running"
    assert shell.run_line_magic("topsdl", "stop 'a b' 1").state == "stopped"


def test_a_run_that_has_to_wait_says_for_what(
    tops: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = tops.train("holds every card", "exec sleep 600", spec="T10x8")
    said = []

    class MakesRoom:
        """Ends what holds the cards once it has been told of it."""

        def write(self, text: str) -> None:
            if not said:
                holder.stop()
            said.append(text)

        def flush(self) -> None: ...

    waiting = tops.train("waits", "true", spec="i10x1")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", MakesRoom())
        waiting.follow().check()
    assert "enflame.com/dtu" in said[0]


def test_a_line_that_is_no_command_says_how_it_should_look() -> None:
    with pytest.raises(UsageError, match="usage: %topsdl"):
        parse(line_parser(), "--nonsense")
    given = parse(cell_parser(), 'train "my run" --nodes 2 --data digits:v3 --save-to m')
    assert (given.name, given.nodes, given.data, given.save_to) == ("my run", 2, ["digits:v3"], "m")
