"""Objects in the states that operations want: a service with two versions, a run that has ended.

An operation that uses its object up (a deletion, a stop) gets one of its own each time, a few times;
after that the last one again, so that what is said about objects that are gone is tried, too.
"""

import time
from pathlib import Path

import requests

#: Objects of its own that an operation gets at most.
FRESH = 4
#: Seconds for a run, a build or a task to get where it is wanted.
PATIENCE = 60
PIXEL = (Path(__file__).parent / "pixel.png").read_bytes()
SERVE = b"""import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


class Objects:
    """Makes objects through the API, as an administrator.

    :param url: where the companion listens, without a slash at the end
    :param token: bearer token of an administrator
    :param ids: seeded ids by the beginnings of the paths that name them
    """

    def __init__(self, url: str, token: str, ids: dict[str, str], secret: str) -> None:
        self.url = url
        self.ids = ids
        self.project = ids["/projects/{projectId}"]
        self.secret = secret
        self._http = requests.Session()
        self._http.headers.update({"Authorization": f"Bearer {token}", "X-TopsDL-Client": "fuzz"})
        self._made: dict[str, list[str]] = {}
        self._count = 0
        self._recipes = {
            "account.deleteToken": self.token,
            "admin.updateUser": self.user,
            "admin.deleteUser": self.user,
            "admin.updateSpec": self.spec,
            "admin.deleteSpec": self.spec,
            "projects.update": self.empty_project,
            "projects.delete": self.empty_project,
            "datasets.delete": self.dataset,
            "datasets.deleteVersion": lambda: self.dataset_version(self.dataset()),
            "datasets.deleteImages": self.image_version,
            "datasets.startTrainingData": self.image_version,
            "labeling.save": self.image_version,
            "labeling.deleteLabel": self.label,
            "algorithms.delete": lambda: self.file_set("algorithms"),
            "algorithms.deleteVersion": lambda: self.file_version("algorithms"),
            "algorithms.deleteFile": lambda: self.file_version("algorithms"),
            "algorithms.moveFile": lambda: self.file_version("algorithms"),
            "models.delete": lambda: self.file_set("models"),
            "models.deleteVersion": lambda: self.file_version("models"),
            "models.deleteFile": lambda: self.file_version("models"),
            "models.moveFile": lambda: self.file_version("models"),
            "uploads.append": self.upload,
            "uploads.delete": self.upload,
            "tasks.cancel": self.task,
            "training.delete": self.training,
            "training.deleteRun": lambda: self.run("true", until_ended=True),
            "training.stopRun": lambda: self.run("sleep 60"),
            "training.resumeRun": self.failed_run,
            "training.saveModel": self.failed_run,
            "tensorboard.stop": self.tensorboard,
            "serving.deletePackage": self.package,
            "serving.deletePackageVersion": lambda: self.package_version(self.package()),
            "serving.build": lambda: self.package_version(self.package()),
            "serving.stopBuild": lambda: self.package_version(self.package(), build=True, setupCommand="sleep 60"),
            "serving.deleteService": self.service,
            "serving.addProduction": self.service,
            "serving.addGray": lambda: self.service("production"),
            "serving.removeProduction": lambda: self.service("production"),
            "serving.removeGray": lambda: self.service("production", "gray"),
        }

    def is_used_up(self, operation: str) -> bool:
        """Whether the operation leaves its object in another state than it wants it in."""
        return operation in self._recipes

    def fresh(self, operation: str) -> str:
        """The id of an object for one call of an operation that uses it up."""
        made = self._made.setdefault(operation, [])
        if len(made) < FRESH:
            made.append(self._recipes[operation]())
        return made[-1]

    def seed_states(self) -> None:
        """Completes the seeds: files in versions, a built package, a service with both versions, an ended run."""
        ids = self.ids
        for noun in ("algorithm", "model"):
            self._write_files(f"/{noun}-versions/{ids[f'/{noun}-versions/{{versionId}}']}")
        ids["/package-versions/{packageVersionId}"] = self.built_version()
        ids["/services/{serviceId}"] = self.service("production", "gray")
        ids["/training-runs/{runId}"] = self.failed_run()
        self._call("POST", f"/training-runs/{ids['/training-runs/{runId}']}/tensorboard")
        version = self.image_version()
        ids["/dataset-versions/{versionId}"] = version
        ids["/images/{imageId}"] = self.image_of(version)["id"]
        ids["/labels/{labelId}"] = self.label_of(version)
        ids["/exports/{exportId}"] = self._export(version)
        self._training_data(version)

    # -- one of each ------------------------------------------------------------------------------

    def token(self) -> str:
        return self._made_id("/account/tokens", {"name": self._name()})

    def session(self) -> str:
        """A bearer token of a session that may be ended."""
        return self._call("POST", "/account/owner-session", {"secret": self.secret})["token"]

    def user(self) -> str:
        return self._made_id("/users", {"name": self._name(), "password": "password", "permissions": []})

    def spec(self) -> str:
        seeded = self._call("GET", f"/compute-specs/{self.ids['/compute-specs/{specId}']}")
        body = {key: value for key, value in seeded.items() if key not in ("id", "createdAt")}
        return self._made_id("/compute-specs", {**body, "name": self._name()})

    def empty_project(self) -> str:
        return self._made_id("/projects", {"name": self._name()})

    def dataset(self) -> str:
        body = {"name": self._name(), "dataType": "image", "annotationType": "classification"}
        return self._made_id(f"/projects/{self.project}/datasets", body)

    def dataset_version(self, dataset: str) -> str:
        return self._made_id(f"/datasets/{dataset}/versions", {})

    def label(self) -> str:
        dataset = self.ids["/datasets/{datasetId}"]
        return self._made_id(f"/datasets/{dataset}/labels", {"name": self._name()})

    def upload(self, size: int = len(PIXEL)) -> str:
        return self._made_id(f"/projects/{self.project}/uploads", {"fileName": "pixel.png", "size": size})

    def whole_upload(self) -> str:
        """A picture that has been sent, to be imported."""
        upload = self.upload()
        self._call("PATCH", f"/uploads/{upload}", data=PIXEL, headers={"Upload-Offset": "0"})
        return upload

    def image_version(self) -> str:
        """A version with one picture, which is labeled, in a dataset of its own with a second label."""
        dataset = self.dataset()
        labels = [self._made_id(f"/datasets/{dataset}/labels", {"name": self._name()}) for _ in range(2)]
        version = self.dataset_version(dataset)
        self._import(version)
        image = self._call("GET", f"/dataset-versions/{version}/images")["items"][0]
        save = {
            "imageId": image["id"],
            "revision": image["revision"],
            "shapes": [{"kind": "classification", "labelId": labels[0]}],
        }
        self._call("POST", f"/dataset-versions/{version}/annotations", {"images": [save]})
        return version

    def image_of(self, version: str) -> dict:
        """A version's picture; another's where it has none, or is gone."""
        images = self._items(f"/dataset-versions/{version}/images")
        return images[0] if images else {"id": self.ids["/images/{imageId}"], "revision": 0}

    def label_of(self, version: str) -> str:
        """A label of a version's dataset; another's where it has none, or is gone."""
        labels = self._items(f"/dataset-versions/{version}/labels")
        return labels[0]["id"] if labels else self.ids["/labels/{labelId}"]

    def task(self) -> str:
        dataset = self.dataset()
        return self._start_import(self.dataset_version(dataset))["task"]["id"]

    def file_set(self, feature: str) -> str:
        body = {"name": self._name(), "scenario": "image-classification"}
        return self._made_id(f"/projects/{self.project}/{feature}", body)

    def file_version(self, feature: str) -> str:
        version = self._made_id(f"/{feature}/{self.file_set(feature)}/versions", {})
        self._write_files(f"/{feature[:-1]}-versions/{version}")
        return version

    def training(self, command: str = "true") -> str:
        body = {
            "name": self._name(),
            "specId": self.ids["/compute-specs/{specId}"],
            "command": command,
            "nodes": 1,
            "graceSeconds": 1,
        }
        return self._made_id(f"/projects/{self.project}/training", body)

    def run(self, command: str, until_ended: bool = False) -> str:
        run = self._made_id(f"/training/{self.training(command)}/runs", None)
        if until_ended:
            self._until(f"/training-runs/{run}", lambda state: state["settled"])
        return run

    def failed_run(self) -> str:
        return self.run("echo weights > /workspace/persistent-model/model.bin; exit 3", until_ended=True)

    def tensorboard(self) -> str:
        run = self.run("true", until_ended=True)
        return self._made_id(f"/training-runs/{run}/tensorboard", None)

    def package(self) -> str:
        body = {"name": self._name(), "scenario": "image-classification"}
        return self._made_id(f"/projects/{self.project}/packages", body)

    def package_version(self, package: str, **more: object) -> str:
        body = {
            "modelVersionIds": [self.ids["/model-versions/{versionId}"]],
            "algorithmVersionIds": [self.ids["/algorithm-versions/{versionId}"]],
            "arguments": ["sh", "-c", "exec python3 $(find /workspace -name serve.py | head -n 1)"],
            **more,
        }
        return self._made_id(f"/packages/{package}/versions", body)

    def built_version(self) -> str:
        """The one package version that services run."""
        if "built" not in self._made:
            version = self.package_version(self.package(), build=True)
            self._until(f"/package-versions/{version}", lambda state: state["state"] == "completed")
            self._made["built"] = [version]
        return self._made["built"][0]

    def service(self, *roles: str) -> str:
        service = self._made_id(f"/projects/{self.project}/services", {"name": self._name()})
        for role in roles:
            body = {
                "packageVersionId": self.built_version(),
                "specId": self.ids["/compute-specs/{specId}"],
                "replicas": 1,
            }
            self._call("POST", f"/services/{service}/{role}", body)
        return service

    # -- how ----------------------------------------------------------------------------------------

    def _name(self) -> str:
        self._count += 1
        return f"fresh {self._count}"

    def _write_files(self, version: str) -> None:
        for path, data in (("model.bin", b"weights"), ("serve.py", SERVE)):
            self._call("PUT", f"{version}/files/content?path={path}", data=data)

    def _start_import(self, version: str) -> dict:
        return self._call("POST", f"/dataset-versions/{version}/imports", {"uploadIds": [self.whole_upload()]})

    def _import(self, version: str) -> None:
        self._until_done(self._start_import(version)["task"]["id"])

    def _export(self, version: str) -> str:
        body = {"format": "topsdl", "withData": False}
        made = self._call("POST", f"/dataset-versions/{version}/exports", body)
        self._until_done(made["task"]["id"])
        return made["id"]

    def _training_data(self, version: str) -> None:
        self._call("POST", f"/dataset-versions/{version}/training-data", {})

    def _until_done(self, task: str) -> None:
        self._until(f"/tasks/{task}", lambda state: state["state"] == "completed")

    def _until(self, path: str, reached) -> None:
        end = time.monotonic() + PATIENCE
        while not reached(state := self._call("GET", path)):
            if time.monotonic() > end:
                raise RuntimeError(f"{path} does not get there: {state}")
            time.sleep(0.1)

    def _made_id(self, path: str, body: object) -> str:
        return self._call("POST", path, body)["id"]

    def _items(self, path: str) -> list[dict]:
        """The first page of a list; empty where what it belongs to is gone: walks delete things, too."""
        response = self._send("GET", path)
        return [] if response.status_code == 404 else self._read(response)["items"]

    def _call(self, method: str, path: str, body: object = None, **options) -> dict:
        """:raises RuntimeError: if the answer is not a success"""
        if body is not None:
            options["json"] = body
        elif "data" in options:
            options["headers"] = {"Content-Type": "application/octet-stream", **options.get("headers", {})}
        return self._read(self._send(method, path, **options))

    def _send(self, method: str, path: str, **options) -> requests.Response:
        return self._http.request(method, f"{self.url}/api{path}", timeout=30, **options)

    @staticmethod
    def _read(response: requests.Response) -> dict:
        if not response.ok:
            request = response.request
            raise RuntimeError(f"{request.method} {request.url}: {response.status_code} {response.text}")
        return response.json() if response.content else {}
