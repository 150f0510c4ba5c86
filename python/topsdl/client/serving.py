"""Model packages and online services as objects for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import display
from .errors import TopsError
from .record import Record, Version

if TYPE_CHECKING:
    import httpx


class Package(Version):
    """One version of a model package."""

    def __repr__(self) -> str:
        return f"<package {self.name!r} v{self.version['number']}: {self.version['state']}>"

    def _repr_html_(self) -> str:
        return display.package(self)

    def _read(self) -> dict[str, Any]:
        return self.workspace.api.serving.get_package_version(self.id)

    def log(self) -> str:
        """The build's log so far."""
        page = self.workspace.api.serving.build_log(self.id, limit=10_000)
        return "\n".join(line["text"] for line in page["lines"])

    def wait_until_built(self) -> Package:
        """Blocks until the build has ended; raises when it did not complete."""
        self._wait(lambda version: version["state"] in ("completed", "failed", "stopped"))
        if self.version["state"] != "completed":
            reason = (self.version["reason"] or {}).get("detail", self.version["state"])
            raise TopsError(f"package {self.name}: {reason}\n{self.log()[-2000:]}")
        return self


class Service(Record):
    """An online service."""

    def __repr__(self) -> str:
        return f"<service {self.name!r}: {display.roles(self.value)}>"

    def _repr_html_(self) -> str:
        return display.service(self)

    def _read(self) -> dict[str, Any]:
        return self.workspace.api.serving.get_service(self.id)

    def request(self, method: str, path: str = "/", **options: Any) -> httpx.Response:
        """Sends an HTTP request to the service; ``options`` are those of httpx."""
        http = self.workspace.transport.http
        return http.request(method, self.value["path"].lstrip("/").rstrip("/") + "/" + path.lstrip("/"), **options)

    def wait_until_serving(self) -> Service:
        """Blocks until every replica of its versions is ready; raises when one fails for good."""

        def settled(value: dict[str, Any]) -> bool:
            versions = [v for v in (value["production"], value["gray"]) if v]
            for version in versions:
                if version["state"] == "failed":
                    reason = (version["reason"] or {}).get("detail", "")
                    raise TopsError(f"service {self.name}: {reason}")
            return all(v["state"] == "serving" for v in versions)

        return self._wait(settled)

    def deploy(
        self,
        package: Package,
        role: str = "production",
        *,
        spec: str = "Dev Only",
        replicas: int = 1,
        share: float = 0.1,
        environment: dict[str, str] | None = None,
    ) -> Service:
        """Puts a package version into a role and waits until it serves; ``share`` is for gray only."""
        api = self.workspace.api.serving
        body: dict[str, Any] = {
            "package_version_id": package.id,
            "spec_id": self.workspace.spec(spec)["id"],
            "replicas": replicas,
            "environment": environment or {},
        }
        if role == "gray":
            self.value = api.add_gray(self.id, share=share, **body)
        else:
            self.value = api.add_production(self.id, **body)
        return self.wait_until_serving()

    def remove(self, role: str) -> Service:
        """Takes a version away after its last request."""
        api = self.workspace.api.serving
        operation = api.remove_gray if role == "gray" else api.remove_production
        self.value = operation(self.id)
        return self

    def swap(self) -> Service:
        """Exchanges gray and production."""
        self.value = self.workspace.api.serving.swap(self.id)
        return self
