"""The `topsdl` command and what it says of the machine."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from topsdl import doctor, launcher
from topsdl.command import main
from topsdl.demo import __main__ as demo
from topsdl.locations import default_data_directory
from topsdl.starter import NOTEBOOK, put_notebook


def test_start_status_stop(stand_in: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["status", *data]) == 1
    try:
        assert main(["start", *data]) == 0
        started = json.loads(capsys.readouterr().out)
        assert main(["status", *data]) == 0
        assert json.loads(capsys.readouterr().out) == started
    finally:
        assert main(["stop", *data]) == 0
    assert main(["status", *data]) == 1


def test_a_companion_that_does_not_start_is_named(
    stand_in: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken").touch()
    assert main(["start", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "exit 3" in said
    assert "the configuration is wrong" in said
    assert str(tmp_path / "logs" / "companion.log") in said


def test_missing_programs_are_named_with_the_line_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "find_program", lambda name: None if name in ("bwrap", "mpirun") else f"/usr/bin/{name}")
    assert main(["doctor", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "MISSING  mpirun: needed for training on several nodes" in said
    assert "sudo apt-get install --yes bubblewrap openmpi-bin" in said


def test_a_cluster_needs_no_programs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "find_program", lambda name: None)
    kubeconfig = tmp_path / "kubeconfig"
    settings = {"kubeconfig": kubeconfig, "image": "nothing:1", "host_path": tmp_path}
    lines = (f"{name} = {json.dumps(str(value))}" for name, value in settings.items())
    (tmp_path / "config.toml").write_text("\n".join(['[compute]\nengine = "volcano"\n[cluster]', *lines]))
    assert main(["doctor", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "bwrap" not in said
    assert "Install with" not in said
    assert f"MISSING  kubeconfig: {kubeconfig} is not there" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml"]


def test_a_configuration_with_faults_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text('[compute]\nengine = "elsewhere"\n')
    assert main(["doctor", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert f"WRONG    configuration: {tmp_path / 'config.toml'}: compute.engine" in said


def test_a_program_that_fails_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "companion_command", lambda: ["/bin/sh", "-c", "echo the last word >&2; exit 7"])
    assert main(["doctor", "--data", str(tmp_path)]) == 1
    assert "WRONG    companion: its program failed (exit 7): the last word" in capsys.readouterr().out


def test_an_interrupt_waits_for_what_the_program_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, removed = tmp_path / "told", tmp_path / "removed"
    os.mkfifo(told)
    # Interrupts both, as a terminal does, once the first finding was told and the next one is waited for.
    script = f"""
        trap 'sleep 1; touch {removed}; exit' INT
        echo '{{"engine": "volcano"}}'
        echo '{{"what": "cards", "state": "ok", "detail": ""}}'
        read -r < {told}
        kill -INT $PPID $$
    """
    monkeypatch.setattr(doctor, "companion_command", lambda: ["/bin/bash", "-c", script])
    # What was started in the background of a shell inherits that interrupts are ignored, and hands that on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt):
        for finding in doctor.examine(tmp_path, run=True):
            if finding.what == "cards":
                told.write_text("\n")
    assert removed.exists()


def test_findings_are_told_as_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = {"what": "cards", "state": "note", "detail": "few"}
    lines = [json.dumps(line) for line in ({"engine": "volcano"}, finding)]
    monkeypatch.setattr(doctor, "companion_command", lambda: ["/bin/sh", "-c", f"printf '%s\\n' '{lines[0]}' '{lines[1]}'"])
    assert main(["doctor", "--run", "--data", str(tmp_path)]) == 0
    assert "note     cards: few\n" in capsys.readouterr().out


def test_a_network_file_system_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_kind_of_file_system", lambda path: "nfs4")
    *_, finding = doctor.examine(tmp_path / "not" / "there")
    assert finding.state == "wrong"
    assert "nfs4" in finding.detail


def test_the_database_alone_has_to_be_on_a_local_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, local = tmp_path / "data", tmp_path / "local"
    monkeypatch.setattr(doctor, "_kind_of_file_system", lambda path: "ext4" if path == local else "nfs4")
    (data / "db").mkdir(parents=True)
    local.mkdir()
    assert not [*doctor.examine(data)][-1].ok
    (data / "db" / "elsewhere").write_text(f"{local}\n")
    assert [*doctor.examine(data)][-1].ok
    monkeypatch.setenv("TOPSDL_DATABASE_DIRECTORY", str(data))
    assert not [*doctor.examine(data)][-1].ok


def test_the_notebook_is_put_once(tmp_path: Path) -> None:
    path = put_notebook(tmp_path / "notebooks")
    assert path.read_bytes() == NOTEBOOK.read_bytes()
    path.write_text("mine")
    assert put_notebook(tmp_path / "notebooks").read_text() == "mine"


def test_default_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOPSDL_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert default_data_directory() == Path("/somewhere/topsdl")
    monkeypatch.setenv("TOPSDL_DATA_DIR", "/given")
    assert default_data_directory() == Path("/given")


def test_the_reason_that_a_companion_gives_is_shown(
    stand_in: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").touch()
    assert main(["start", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "topsdl: the companion did not start: the disk is full\n"


def test_a_directory_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["start", "--data", str(file)]) == 1
    assert capsys.readouterr().err == f"topsdl: the data directory {file} cannot be used: it is not a directory\n"


def test_an_interrupt_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "ensure", interrupted)
    assert main(["start", "--data", str(tmp_path)]) == 130
    monkeypatch.setattr(demo, "seed", interrupted)
    assert demo.main(["--data", str(tmp_path)]) == 130
    assert capsys.readouterr().err.endswith("topsdl.demo: interrupted; what it began goes on\n")
