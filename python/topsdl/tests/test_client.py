"""The client and the magics against a real companion."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import topsdl
from topsdl import launcher
from topsdl.client import NotFound, ProblemError, TopsError, Workspace, connect
from topsdl.magics.arguments import UsageError, cell_parser, line_parser, parse

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def tops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace on a companion of its own."""
    data = tmp_path_factory.mktemp("data")
    launcher.ensure(data)
    with connect(data_directory=data) as workspace:
        yield workspace
    launcher.stop(data)


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


def test_an_archive_that_is_none_leaves_nothing(tops: Workspace, tmp_path: Path) -> None:
    kept = tops.import_archive("kept", archive(tmp_path / "good.zip", {"a": 2}))
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "good.zip").read_bytes()[:200])
    for name in ("kept", "new"):
        with pytest.raises(TopsError, match="“cut.zip” ends too early"):
            tops.import_archive(name, cut)
    with pytest.raises(FileNotFoundError):
        tops.import_archive("new", tmp_path / "none.zip")
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
    with pytest.raises(NotFound, match="there is no dataset 'nothing'"):
        tops.dataset("nothing")
    with pytest.raises(NotFound, match="has no version 9; there are: 1"):
        tops.model("往返", 9)


def test_a_refusal_names_the_field(tops: Workspace) -> None:
    with pytest.raises(ProblemError) as caught:
        tops.api.algorithms.create(tops.project_id, name="a/b", scenario="image-ocr")
    assert caught.value.status == 400
    assert "name" in str(caught.value)


def test_the_magics_speak_the_same_names(tops: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    from topsdl.magics import magics

    monkeypatch.setattr(magics, "connect", lambda **_: tops)
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "topsdl")
    table = shell.run_line_magic("topsdl", "datasets")
    assert "动物" in repr(table) and "<td" in table._repr_html_()
    assert shell.run_line_magic("topsdl", "dataset 动物").counts["total"] == 11
    assert shell.user_ns["topsdl"] is topsdl


def test_a_line_that_is_no_command_says_how_it_should_look() -> None:
    with pytest.raises(UsageError, match="invalid choice: 'trian'"):
        parse(cell_parser(), "trian x")
    with pytest.raises(UsageError, match="usage: %topsdl"):
        parse(line_parser(), "--nonsense")
    given = parse(cell_parser(), 'train "my run" --nodes 2 --data digits:v3 --save-to m')
    assert (given.name, given.nodes, given.data, given.save_to) == ("my run", 2, ["digits:v3"], "m")
