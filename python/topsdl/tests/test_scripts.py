"""What the scripts of a checkout say of options that cannot be: at once, before anything is installed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPTS = ("start", "test", "bootstrap", "build", "build-wheel", "fuzz", "translate")


def run(script: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in a bare environment, as services do: there is not even a HOME in it."""
    environment = {"PATH": os.environ["PATH"], **environment}
    command = [ROOT / "scripts" / script, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=environment)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help(script: str) -> None:
    said = run(script, "--help")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"usage: scripts/{script}")


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_unknown_option_is_named(script: str) -> None:
    said = run(script, "--bogus")
    assert (said.returncode, said.stdout) == (1, "")
    assert "--bogus" in said.stderr
    assert f"scripts/{script} --help" in said.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--port"], "--port needs a value"),
        (["--port", "70000"], "--port: 70000 is not a port"),
        (["--server", "ftp://x"], "--server: ftp://x is not an http or https address"),
        (["--once"], "--once goes with --demo"),
        (["--demo", "--server", "http://x"], "leave out --server"),
        (["--data", "/dev/null"], "--data: /dev/null is not a directory"),
        (["--data", "/proc/none"], "--data: /proc/none cannot be used: No such file or directory"),
    ],
)
def test_what_start_cannot_do_is_said(options: list[str], reason: str) -> None:
    said = run("start", *options)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("topsdl: ")
    assert reason in said.stderr


def test_a_server_of_the_environment_is_one_too() -> None:
    assert "ftp://x is not an http or https address" in run("start", TOPSDL_SERVER="ftp://x").stderr
    assert "leave out --server and TOPSDL_SERVER" in run("start", "--demo", TOPSDL_SERVER="http://x").stderr
