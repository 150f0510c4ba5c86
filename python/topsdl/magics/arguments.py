"""The command lines of the magics."""

from __future__ import annotations

import argparse
import shlex
from typing import NoReturn


class UsageError(Exception):
    """The line is not a command; the message says how it should look."""


class HelpShown(Exception):
    """The line asked for help, and has got it."""


class Parser(argparse.ArgumentParser):
    """Raises instead of ending the kernel."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage()}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise HelpShown


def line_parser() -> Parser:
    """``%topsdl ...``"""
    parser = Parser(prog="%topsdl", description="Things of the project by their names.")
    verbs = parser.add_subparsers(dest="verb", metavar="what", parser_class=Parser)
    verbs.add_parser("connect", help="as whom and in which project the magics act").add_argument(
        "--project", help="another project to act in"
    )
    for kind in ("datasets", "algorithms", "models", "packages", "services"):
        verbs.add_parser(kind, help=f"a table of the {kind}")
    verbs.add_parser("training", help="a table of the training definitions")
    verbs.add_parser("specs", help="a table of the compute specs")
    for kind in ("dataset", "algorithm", "model"):
        one = verbs.add_parser(kind, help=f"one version: of the {kind} NAME the newest, or NAME:v3")
        one.add_argument("name")
    runs = verbs.add_parser("runs", help="the newest runs of a training definition")
    runs.add_argument("name")
    runs.add_argument("--last", type=int, default=5)
    for verb, text in (
        ("run", "one run"),
        ("logs", "follow a run's logs"),
        ("stop", "stop a run"),
        ("resume", "resume a run from its checkpoint and follow it"),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("name")
        one.add_argument("number", type=int, nargs="?")
    verbs.add_parser("service", help="an online service").add_argument("name")
    imported = verbs.add_parser("import", help="import an archive into a dataset")
    imported.add_argument("dataset")
    imported.add_argument("archive")
    return parser


def cell_parser() -> Parser:
    """``%%topsdl train NAME ...``, the command in the cell."""
    parser = Parser(prog="%%topsdl", description="The cell is the command.")
    verbs = parser.add_subparsers(dest="verb", metavar="what", parser_class=Parser, required=True)
    train = verbs.add_parser("train", help="train; the cell is the command of the first node")
    train.add_argument("name")
    train.add_argument("--spec", default="Dev Only", help="compute spec of each node")
    train.add_argument("--nodes", type=int, default=1)
    train.add_argument("--data", action="append", default=[], metavar="NAME[:v3]")
    train.add_argument("--algorithm", action="append", default=[], metavar="NAME[:v3]")
    train.add_argument("--model", action="append", default=[], metavar="NAME[:v3]")
    train.add_argument("--save-to", metavar="MODEL SET")
    train.add_argument("--env", action="append", default=[], metavar="KEY=VALUE")
    train.add_argument("--no-follow", action="store_true", help="return at once")
    return parser


def parse(parser: Parser, line: str) -> argparse.Namespace:
    """Parses a line as a shell would split it."""
    try:
        return parser.parse_args(shlex.split(line))
    except ValueError as error:
        raise UsageError(str(error)) from error
