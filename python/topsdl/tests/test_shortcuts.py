"""What is dragged into a cell names one thing, whatever else has its name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import topsdl
from topsdl import launcher
from topsdl.client import NotFound, Workspace, connect, shortcuts


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The administrator, on a companion that the shortcuts find as a kernel would."""
    data = tmp_path_factory.mktemp("data")
    launcher.ensure(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOPSDL_DATA_DIR", str(data))
        shortcuts.workspace.cache_clear()
        with connect(admin=True) as workspace:
            yield workspace
    shortcuts.workspace.cache_clear()
    launcher.stop(data)


def a_set(tops: Workspace, project_id: str, name: str, public: bool = False) -> str:
    made = tops.api.algorithms.create(
        project_id, name=name, scenario="image-ocr", **({"public": True} if public else {})
    )
    tops.api.algorithms.create_version(made["id"])
    return made["id"]


def test_of_two_of_a_name_ones_own_is_meant_unless_the_public_one_is_asked_for(
    admin: Workspace,
) -> None:
    own = a_set(admin, admin.project_id, "twins")
    shared = a_set(admin, admin.project_id, "twins", public=True)
    assert topsdl.algorithm("twins").set["id"] == own
    assert topsdl.algorithm("twins", public=True).set["id"] == shared
    assert topsdl.algorithm("twins", 1, public=False).set["id"] == own


def test_another_project_is_named(admin: Workspace) -> None:
    owner = topsdl.connect().user["id"]
    other = admin.api.projects.create(name="other", member_ids=[owner])
    there = a_set(admin, other["id"], "only there")
    assert topsdl.algorithm("only there", project="other").set["id"] == there
    with pytest.raises(NotFound):
        topsdl.algorithm("only there", project=admin.project["name"])
    with pytest.raises(NotFound, match="there is no project 'nowhere'"):
        topsdl.algorithm("only there", project="nowhere")
