"""The ``topsdl`` command: looks after the companion from a shell."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from . import __version__, launcher
from .doctor import WORDS, examine, installation
from .locations import NotFoundHere, companion_command, default_data_directory
from .starter import put_notebook


def main(arguments: list[str] | None = None) -> int:
    """Runs one subcommand.

    :returns: the exit status: 0 done, 1 not, 2 misused (argparse's), 130 interrupted
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (launcher.CompanionFailed, NotFoundHere, OSError) as error:
        print(f"topsdl: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="topsdl", description="Looks after the TopsDL companion of a data directory.")
    parser.add_argument("--version", action="version", version=f"topsdl {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        added.add_argument(
            "--data", type=Path, default=default_data_directory(), metavar="DIR", help="the data directory (%(default)s)"
        )
        return added

    command("start", _start, "Start the companion, or find the one that runs, and print where it listens.")
    stop = command("stop", _stop, "Shut the companion down. Runs and services stay and are found again by the next one.")
    stop.add_argument("--everything", action="store_true", help="end runs and services, too")
    serve = command("serve", _serve, "Run the companion in the foreground, for others to connect to; as a service of the machine.")
    serve.add_argument("--listen", required=True, metavar="HOST:PORT", help="the address to listen on, besides its socket")
    serve.add_argument("--socket", type=Path, metavar="PATH", help="where its socket is, if not in the data directory")
    command("status", _status, "Say whether a companion runs; exit status 1 if not.")
    backup = command("backup", _backup, "Write a consistent copy of the data directory; the companion may be running.")
    backup.add_argument("--out", type=Path, required=True, metavar="FILE", help="the archive to write (.tar)")
    notebook = command("notebook", _notebook, 'Put the notebook "Start here" into a directory and print where it is.')
    notebook.add_argument("--to", type=Path, default=Path("."), metavar="DIR", help="the directory (the current one)")
    doctor = command(
        "doctor", _doctor, "Look for what is missing on this machine, or wrong with the cluster, and say what to do about it."
    )
    doctor.add_argument(
        "--run", action="store_true", dest="trial", help="try a small run of two nodes on the cluster, too; it is removed afterwards"
    )
    return parser


def _start(options: argparse.Namespace) -> int:
    return _print_record(launcher.ensure(options.data))


def _stop(options: argparse.Namespace) -> int:
    stopped = launcher.stop(options.data, options.everything)
    print("stopped" if stopped else "no companion was running", file=sys.stderr)
    return 0


def _status(options: argparse.Namespace) -> int:
    companion = launcher.running(options.data.expanduser().absolute())
    if companion is None:
        print(f"no companion runs for {options.data}", file=sys.stderr)
        return 1
    return _print_record(companion)


def _print_record(companion: launcher.Companion) -> int:
    print(json.dumps({"pid": companion.pid, "socket": str(companion.socket), "data": str(companion.data_directory)}))
    return 0


def _serve(options: argparse.Namespace) -> int:
    data = options.data.expanduser().absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [*companion_command(), *launcher.companion_options(data, options.socket), "--listen", options.listen]
    os.execv(command[0], command)


def _notebook(options: argparse.Namespace) -> int:
    print(put_notebook(options.to))
    return 0


def _backup(options: argparse.Namespace) -> int:
    data = os.fspath(options.data.expanduser().absolute())
    out = os.fspath(options.out.expanduser().absolute())
    command = [*companion_command(), "backup", "--data", data, "--out", out]
    # In this process's place, so that it is what Ctrl-C interrupts.
    os.execv(command[0], command)


def _doctor(options: argparse.Namespace) -> int:
    findings = []
    for finding in examine(options.data.expanduser().absolute(), options.trial):
        print(f"{WORDS[finding.state]}  {finding.what}: {finding.detail}", flush=True)
        findings.append(finding)
    packages = [package for finding in findings if not finding.ok for package in finding.packages]
    if packages:
        print(f"\nInstall with: {installation(packages)}")
    return 0 if all(finding.ok for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
