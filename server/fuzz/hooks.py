"""Hooks of schemathesis: requests name objects that exist, and every answer is noted.

Ids that schemathesis made up are replaced by seeded ones just before a request is sent, nine times in
ten; ids that an answer gave (the stateful phase passes them on) stay. Values that a request has wrong on
purpose stay wrong: only what is a well-formed id is touched, and it is replaced by another. The state that
`run.ts` made is read from the file that TOPSDL_FUZZ_STATE names.
"""

import json
import os
import re
import sys
from pathlib import Path

import schemathesis
from schemathesis.generation.meta import TestPhase

sys.path.insert(0, str(Path(__file__).parent))
from objects import Objects  # noqa: E402

STATE = json.loads(Path(os.environ["TOPSDL_FUZZ_STATE"]).read_text())
NOTES = Path(os.environ["TOPSDL_FUZZ_NOTES"]).open("a", buffering=1)

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
#: Which kind of object a field of a body, or of a query, names.
FIELDS = {
    "projectId": "/projects/{projectId}",
    "memberIds": "/users/{userId}",
    "specId": "/compute-specs/{specId}",
    "labelId": "/labels/{labelId}",
    "imageId": "/images/{imageId}",
    "imageIds": "/images/{imageId}",
    "baseVersionId": "/dataset-versions/{versionId}",
    "datasetVersionIds": "/dataset-versions/{versionId}",
    "algorithmVersionIds": "/algorithm-versions/{versionId}",
    "modelVersionIds": "/model-versions/{versionId}",
    "modelSetId": "/models/{setId}",
    "saveModelSetId": "/models/{setId}",
    "packageVersionId": "/package-versions/{packageVersionId}",
}
#: What costs the machine something, kept low; the values stay within what the contract allows.
MOST = {"nodes": 1, "replicas": 1, "graceSeconds": 1}
#: Calls of an operation between two that keep the ids that schemathesis made up.
ODD_ONE_OUT = 10

objects = Objects(STATE["url"], STATE["token"], STATE["ids"], STATE["secret"])
if not STATE.get("complete"):
    objects.seed_states()
    Path(os.environ["TOPSDL_FUZZ_STATE"]).write_text(json.dumps({**STATE, "complete": True, "ids": objects.ids}))
#: The seeds, and who is signed in: nothing happens to them.
kept = {*objects.ids.values(), *STATE["kept"]}
known = set(kept)
calls: dict[str, int] = {}
#: Whether the request that is being prepared may carry on with what an answer before it said.
is_linked = False


def is_id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def is_invented(value: object) -> bool:
    """Whether an id names nothing that the stateful phase was told of; the other phases only guess."""
    return is_id(value) and (value not in known or not is_linked)


def seeded_for(path: str, name: str) -> str | None:
    """The seed of the kind that a parameter of a path names."""
    beginning = path.removeprefix("/api")
    end = beginning.find(f"{{{name}}}") + len(name) + 2
    return objects.ids.get(beginning[:end])


def replace_path(case, operation: str) -> None:
    for name, value in (case.path_parameters or {}).items():
        seed = seeded_for(case.operation.path, name)
        if seed is None or not is_id(value) or not (is_invented(value) or value in kept):
            continue
        used_up = objects.is_used_up(operation)
        case.path_parameters[name] = objects.fresh(operation) if used_up else seed


def in_body(value: object, field: str, operation: str) -> object:
    """A value of a body with its ids replaced and what is costly made cheap."""
    if isinstance(value, dict):
        return {key: in_body(entry, key, operation) for key, entry in value.items()}
    if isinstance(value, list):
        replaced = [in_body(entry, field, operation) for entry in value]
        # Several invented ids become one; a list that names an object twice says something else.
        return list(dict.fromkeys(replaced)) if value and all(map(is_invented, value)) else replaced
    if field in MOST and type(value) is int and value > MOST[field]:
        return MOST[field]
    if is_invented(value):
        if field in ("uploadId", "uploadIds"):
            return objects.whole_upload()
        kind = FIELDS.get(field)
        if field == "fromVersionId":
            kind = f"/{operation.split('.')[0][:-1]}-versions/{{versionId}}"
        return objects.ids.get(kind, value)
    return value


def prepare(case, operation: str) -> None:
    """What only a caller who knows the objects can send: files' paths, offsets, passwords, revisions."""
    query, body, headers = case.query or {}, case.body, case.headers
    is_text = isinstance(query.get("path"), str) and len(query["path"]) > 0
    if operation.endswith((".readFile", ".deleteFile")) or operation == "training.fileContent":
        if is_text:
            query["path"] = "model.bin"
    elif operation in ("algorithms.listFiles", "models.listFiles", "algorithms.archive", "models.archive"):
        if is_text:
            query["path"] = ""
    elif operation == "datasets.trainingDataContent":
        query.pop("path", None)
    elif operation.endswith(".moveFile") and isinstance(body, dict) and isinstance(body.get("from"), str):
        body["from"] = "model.bin"
    elif operation == "uploads.append" and "Upload-Offset" in headers:
        headers["Upload-Offset"] = "0"
    elif operation == "account.signIn" and isinstance(body, dict) and set(body) == {"name", "password"}:
        body.update(name=STATE["userName"], password=STATE["password"])
    elif operation == "account.ownerSession" and isinstance(body, dict) and isinstance(body.get("secret"), str):
        body["secret"] = STATE["secret"]
    elif operation == "serving.swap" and isinstance(body, dict):
        body.pop("revision", None)
    elif operation == "labeling.save" and isinstance(body, dict):
        prepare_save(case.path_parameters["versionId"], body.get("images"))
    elif operation == "datasets.deleteImages" and isinstance(body, dict):
        body["imageIds"] = [objects.image_of(case.path_parameters["versionId"])["id"]]
    if query.get("cursor"):
        query.pop("cursor")


def prepare_save(version: str, images: object) -> None:
    """A save that could hold names each image once, the revision that the server has of it, and one label."""
    if not isinstance(images, list) or not all(isinstance(image, dict) for image in images):
        return
    del images[1:]
    for image in images:
        there = objects.image_of(version)
        image.update(imageId=there["id"], revision=there["revision"])
        for shape in image["shapes"]:
            shape["labelId"] = objects.label_of(version)
        del image["shapes"][1:]


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    global is_linked
    operation = case.operation.definition.raw["operationId"]
    calls[operation] = calls.get(operation, 0) + 1
    is_linked = case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL
    if calls[operation] % ODD_ONE_OUT != 0:
        replace_path(case, operation)
        case.body = in_body(case.body, "", operation)
        if case.meta is None or not case.meta.generation.mode.is_negative:
            prepare(case, operation)
    if operation == "account.signOut" and case.headers.get("Authorization") == f"Bearer {STATE['token']}":
        case.headers["Authorization"] = f"Bearer {objects.session()}"


@schemathesis.auth()
class Bearer:
    """Signs requests in; a check leaves it out to see that nobody gets anywhere then."""

    def get(self, case, context) -> str:
        return STATE["token"]

    def set(self, case, data, context) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def after_call(context, case, response) -> None:
    text = response.content[:200_000].decode("utf-8", "replace")
    if response.status_code < 300:
        known.update(ID.findall(text))
    note = {
        "operation": case.operation.definition.raw["operationId"],
        "phase": case.meta.phase.name if case.meta else None,
        "method": response.request.method,
        "url": response.request.url,
        "status": response.status_code,
    }
    if response.status_code >= 400:
        note["answer"] = text[:2000]
    NOTES.write(json.dumps(note) + "\n")
