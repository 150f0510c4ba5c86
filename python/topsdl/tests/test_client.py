"""The client against a real companion."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from topsdl import launcher
from topsdl.client import NotFound, ProblemError, TopsError, Workspace, connect
from topsdl.demo.presets import seed

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of a companion of its own."""
    directory = tmp_path_factory.mktemp("data")
    launcher.ensure(directory)
    yield directory
    launcher.stop(directory)


@pytest.fixture(scope="module")
def tops(data: Path) -> Iterator[Workspace]:
    """A workspace on it."""
    with connect(data_directory=data) as workspace:
        yield workspace


def archive(path: Path, folders: dict[str, int]) -> Path:
    """Class folders of small pictures; the folder ``""`` is the archive's own."""
    with zipfile.ZipFile(path, "w") as target:
        for place, (folder, count) in enumerate(folders.items()):
            for index in range(count):
                buffer = io.BytesIO()
                shade = (place * 60, index * 7 % 256, 90)
                Image.new("RGB", (20 + index, 16), shade).save(buffer, "PNG")
                name = f"{index}-{folder or 'offen'}.png"
                target.writestr(f"{folder}/{name}" if folder else name, buffer.getvalue())
    return path


def test_import_label_and_look(tops: Workspace, tmp_path: Path) -> None:
    version = tops.import_archive("动物", archive(tmp_path / "a.zip", {"猫": 4, "狗": 5, "": 2}))
    assert version.counts == {"total": 11, "unlabeled": 2, "labeled": 9, "cleaned": 0}
    image = next(version.images(state="unlabeled"))
    assert version.label(image, "鸟")["state"] == "labeled"
    frame = version.refresh().dataframe()
    assert frame["label"].value_counts().to_dict() == {"狗": 5, "猫": 4, "鸟": 1}
    assert frame["label"].isna().sum() == 1
    assert version.content(image).startswith(b"\x89PNG")
    html = version._repr_html_()
    assert "动物" in html and "data:image/webp" in html
    directory = version.directory(tmp_path / "out")
    assert len(list(directory.rglob("*.png"))) == 11
    assert (directory / "鸟" / image["name"]).read_bytes() == version.content(image)
    assert len(list((directory / "猫").iterdir())) == 4


def test_a_public_dataset_is_a_directory_for_whoever_may_look(
    tops: Workspace, data: Path, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(seed, [data, data]))
    digits = tops.dataset("digits", public=True)
    assert digits.dataset["versionCount"] == 1
    directory = digits.directory(tmp_path / "digits")
    folders = {folder.name: len(list(folder.iterdir())) for folder in directory.iterdir()}
    assert folders == digits.dataframe()["label"].value_counts().to_dict()


def test_pictures_of_one_name_and_label_are_all_there(tops: Workspace, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "same.zip", "w") as target:
        for shade in range(3):
            buffer = io.BytesIO()
            Image.new("L", (9, 9), shade).save(buffer, "PNG")
            target.writestr(f"{shade}/a.png", buffer.getvalue())
    version = tops.import_archive("same", tmp_path / "same.zip")
    for image in version.images():
        version.label(image, "one")
    directory = version.refresh().directory(tmp_path / "same")
    pictures = [path.read_bytes() for path in (directory / "one").iterdir()]
    assert len(set(pictures)) == 3


def test_an_archive_that_is_none_leaves_nothing(tops: Workspace, tmp_path: Path) -> None:
    kept = tops.import_archive("kept", archive(tmp_path / "good.zip", {"a": 2}))
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "good.zip").read_bytes()[:200])
    for name in ("kept", "new"):
        with pytest.raises(TopsError, match="“cut.zip” ends too early"):
            tops.import_archive(name, cut)
    with pytest.raises(FileNotFoundError):
        tops.import_archive("new", tmp_path / "none.zip")
    with pytest.raises(IsADirectoryError):
        tops.import_archive("new", tmp_path)
    assert tops.dataset("kept").id == kept.id
    assert "new" not in [dataset["name"] for dataset in tops.datasets()]


def test_a_name_is_shown_inert(tops: Workspace) -> None:
    set_ = tops.api.algorithms.create(
        tops.project_id, name="a & b", scenario="image-classification"
    )
    version = tops.api.algorithms.create_version(set_["id"])
    tops.api.algorithms.write_file(version["id"], b"x = 1\n", path="src/x & y.py")
    shown = tops.algorithm("a & b")
    assert "src/x &amp; y.py" in shown._repr_html_()
    assert shown.read("src/x & y.py") == b"x = 1\n"


def test_files_go_up_and_come_back(tops: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "code"
    (source / "包").mkdir(parents=True)
    (source / "包" / "训练.py").write_text("print('你好')\n", "utf-8")
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "x.pyc").write_bytes(b"\0")
    set_ = tops.api.models.create(tops.project_id, name="往返", scenario="image-ocr")
    tops.api.models.create_version(set_["id"])
    model = tops.model("往返:v1")
    assert model.upload(source) == 1
    back = model.download(tmp_path / "back")
    assert (back / "包" / "训练.py").read_text("utf-8") == "print('你好')\n"


def test_what_is_not_there_is_said_with_what_is(tops: Workspace) -> None:
    with pytest.raises(NotFound, match="there is no dataset 'nothing'; found: .*'动物'"):
        tops.dataset("nothing")
    with pytest.raises(NotFound, match="has no version 9; there are: 1"):
        tops.model("往返", 9)


def test_a_refusal_names_the_field(tops: Workspace) -> None:
    with pytest.raises(ProblemError) as caught:
        tops.api.algorithms.create(tops.project_id, name="a/b", scenario="image-ocr")
    assert caught.value.status == 400
    assert str(caught.value).splitlines()[1].startswith("name: 1–50 characters")


def test_what_is_followed_goes_on_when_the_companion_is_started_again(
    tops: Workspace, data: Path
) -> None:
    # The run waits at a pipe in its own directory until this test writes to it.
    gate = "/workspace/persistent-model/gate"
    run = tops.train("followed", f"mkfifo {gate} && echo one && read line < {gate} && echo $line")
    lines = run.logs()
    assert next(lines)["text"] == "one"
    companion = launcher.running(data)
    assert companion is not None
    os.kill(companion.pid, signal.SIGKILL)
    launcher.ensure(data)
    (pipe,) = (data / "runs").rglob("gate")
    pipe.write_text("two\n")
    assert [line["text"] for line in lines] == ["two"]
    assert run.wait().check().state == "completed"
    assert repr(run) == "<run 'followed #1': completed>"
