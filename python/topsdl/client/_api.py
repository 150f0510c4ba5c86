# Made from the contract by `jlpm generate`. Do not edit.
"""Every operation of the API, as the contract declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .transport import UNSET, Content, Group, Stream, Transport, Unset, quote


class AccountApi(Group):
    """Operations of account."""

    def sign_in(
        self,
        *,
        name: str,
        password: str,
    ) -> Any:
        """Sign in with name and password; sets the session cookie and returns a bearer token."""
        return self._transport.call(
            "POST",
            "/account/sessions",
            query=None,
            body={"name": name, "password": password},
        )

    def owner_session(
        self,
        *,
        secret: str,
    ) -> Any:
        """Exchange the data directory's secret for a session of its owner."""
        return self._transport.call(
            "POST",
            "/account/owner-session",
            query=None,
            body={"secret": secret},
        )

    def session(
        self,
    ) -> Any:
        """Who is signed in."""
        return self._transport.call(
            "GET",
            "/account/session",
            query=None,
            body=None,
        )

    def sign_out(
        self,
    ) -> None:
        """End this session. A personal access token stays: it is revoked by its id."""
        return self._transport.call(
            "DELETE",
            "/account/session",
            query=None,
            body=None,
        )

    def update(
        self,
        *,
        current_password: str | Unset = UNSET,
        password: str | Unset = UNSET,
        email: str | None | Unset = UNSET,
    ) -> Any:
        """Change password or e-mail address. A changed password ends all sessions and tokens of the user."""
        return self._transport.call(
            "PATCH",
            "/account",
            query=None,
            body={"currentPassword": current_password, "password": password, "email": email},
        )

    def list_tokens(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """Personal access tokens of the caller."""
        return self._transport.call(
            "GET",
            "/account/tokens",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def create_token(
        self,
        *,
        name: str,
        expires_in_days: int | None | Unset = UNSET,
    ) -> Any:
        """Make a personal access token; its secret is shown this once."""
        return self._transport.call(
            "POST",
            "/account/tokens",
            query=None,
            body={"name": name, "expiresInDays": expires_in_days},
        )

    def delete_token(
        self,
        token_id: str,
    ) -> None:
        """Revoke a personal access token."""
        return self._transport.call(
            "DELETE",
            f"/account/tokens/{quote(token_id)}",
            query=None,
            body=None,
        )


class AdminApi(Group):
    """Operations of admin."""

    def list_users(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        permission: Literal["platform", "data", "label", "review", "admin"] | Unset = UNSET,
    ) -> Any:
        """All users, or those with one permission."""
        return self._transport.call(
            "GET",
            "/users",
            query={"cursor": cursor, "limit": limit, "search": search, "permission": permission},
            body=None,
        )

    def create_user(
        self,
        *,
        name: str,
        password: str,
        permissions: Sequence[Literal["platform", "data", "label", "review", "admin"]],
        email: str | None | Unset = UNSET,
    ) -> Any:
        """Add a user."""
        return self._transport.call(
            "POST",
            "/users",
            query=None,
            body={"name": name, "password": password, "email": email, "permissions": permissions},
        )

    def get_user(
        self,
        user_id: str,
    ) -> Any:
        """One user."""
        return self._transport.call(
            "GET",
            f"/users/{quote(user_id)}",
            query=None,
            body=None,
        )

    def update_user(
        self,
        user_id: str,
        *,
        name: str | Unset = UNSET,
        password: str | Unset = UNSET,
        email: str | None | Unset = UNSET,
        permissions: Sequence[Literal["platform", "data", "label", "review", "admin"]] | Unset = UNSET,
    ) -> Any:
        """Edit a user's name, password, e-mail address or permissions."""
        return self._transport.call(
            "PATCH",
            f"/users/{quote(user_id)}",
            query=None,
            body={"name": name, "password": password, "email": email, "permissions": permissions},
        )

    def delete_user(
        self,
        user_id: str,
    ) -> None:
        """Delete a user; what they made stays with its project."""
        return self._transport.call(
            "DELETE",
            f"/users/{quote(user_id)}",
            query=None,
            body=None,
        )

    def list_specs(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
    ) -> Any:
        """The compute specs that jobs can ask for."""
        return self._transport.call(
            "GET",
            "/compute-specs",
            query={"cursor": cursor, "limit": limit, "search": search},
            body=None,
        )

    def create_spec(
        self,
        *,
        name: str,
        model: str,
        cpu: float,
        memory_bytes: int,
        cards: int,
        card_resource: str | None,
        ib: bool,
        roce: bool,
        node_selector: Mapping[str, Any] | Unset = UNSET,
        tolerations: Sequence[Mapping[str, Any]] | Unset = UNSET,
    ) -> Any:
        """Add a compute spec."""
        return self._transport.call(
            "POST",
            "/compute-specs",
            query=None,
            body={"name": name, "model": model, "cpu": cpu, "memoryBytes": memory_bytes, "cards": cards, "cardResource": card_resource, "ib": ib, "roce": roce, "nodeSelector": node_selector, "tolerations": tolerations},
        )

    def get_spec(
        self,
        spec_id: str,
    ) -> Any:
        """One compute spec."""
        return self._transport.call(
            "GET",
            f"/compute-specs/{quote(spec_id)}",
            query=None,
            body=None,
        )

    def update_spec(
        self,
        spec_id: str,
        *,
        name: str | Unset = UNSET,
        model: str | Unset = UNSET,
        cpu: float | Unset = UNSET,
        memory_bytes: int | Unset = UNSET,
        cards: int | Unset = UNSET,
        card_resource: str | None | Unset = UNSET,
        ib: bool | Unset = UNSET,
        roce: bool | Unset = UNSET,
        node_selector: Mapping[str, Any] | Unset = UNSET,
        tolerations: Sequence[Mapping[str, Any]] | Unset = UNSET,
    ) -> Any:
        """Edit a compute spec; what runs keeps what it was given."""
        return self._transport.call(
            "PATCH",
            f"/compute-specs/{quote(spec_id)}",
            query=None,
            body={"name": name, "model": model, "cpu": cpu, "memoryBytes": memory_bytes, "cards": cards, "cardResource": card_resource, "ib": ib, "roce": roce, "nodeSelector": node_selector, "tolerations": tolerations},
        )

    def delete_spec(
        self,
        spec_id: str,
    ) -> None:
        """Delete a compute spec that no definition or service uses."""
        return self._transport.call(
            "DELETE",
            f"/compute-specs/{quote(spec_id)}",
            query=None,
            body=None,
        )

    def resources(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
    ) -> Any:
        """What every project has been given and uses."""
        return self._transport.call(
            "GET",
            "/resources",
            query={"cursor": cursor, "limit": limit, "search": search},
            body=None,
        )


class AlgorithmsApi(Group):
    """Operations of algorithms."""

    def list(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
        sort: Literal["newest", "name"] | Unset = UNSET,
        visibility: Literal["project", "public", "all"] | Unset = UNSET,
        scenario: Literal["image-classification", "image-detection", "image-segmentation", "image-keypoints", "image-ocr"] | Unset = UNSET,
    ) -> Any:
        """The project's algorithm sets and, where asked for, public ones."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/algorithms",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine, "sort": sort, "visibility": visibility, "scenario": scenario},
            body=None,
        )

    def create(
        self,
        project_id: str,
        *,
        name: str,
        scenario: Literal["image-classification", "image-detection", "image-segmentation", "image-keypoints", "image-ocr"],
        details: str | Unset = UNSET,
        public: bool | Unset = UNSET,
    ) -> Any:
        """Add a algorithm set; a public one needs an administrator."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/algorithms",
            query=None,
            body={"name": name, "scenario": scenario, "details": details, "public": public},
        )

    def get(
        self,
        set_id: str,
    ) -> Any:
        """One algorithm set."""
        return self._transport.call(
            "GET",
            f"/algorithms/{quote(set_id)}",
            query=None,
            body=None,
        )

    def update(
        self,
        set_id: str,
        *,
        details: str,
    ) -> Any:
        """Edit the details of a algorithm set."""
        return self._transport.call(
            "PATCH",
            f"/algorithms/{quote(set_id)}",
            query=None,
            body={"details": details},
        )

    def delete(
        self,
        set_id: str,
    ) -> None:
        """Delete a algorithm set that has no versions; its creator or an administrator may."""
        return self._transport.call(
            "DELETE",
            f"/algorithms/{quote(set_id)}",
            query=None,
            body=None,
        )

    def list_versions(
        self,
        set_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """All versions, newest first."""
        return self._transport.call(
            "GET",
            f"/algorithms/{quote(set_id)}/versions",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def create_version(
        self,
        set_id: str,
        *,
        from_version_id: str | None | Unset = UNSET,
        files: Sequence[Mapping[str, Any]] | Unset = UNSET,
    ) -> Any:
        """Add a version: empty, or with the files of another that the caller can read; uploads come over them."""
        return self._transport.call(
            "POST",
            f"/algorithms/{quote(set_id)}/versions",
            query=None,
            body={"fromVersionId": from_version_id, "files": files},
        )

    def get_version(
        self,
        version_id: str,
    ) -> Any:
        """One version."""
        return self._transport.call(
            "GET",
            f"/algorithm-versions/{quote(version_id)}",
            query=None,
            body=None,
        )

    def delete_version(
        self,
        version_id: str,
    ) -> None:
        """Delete a version that nothing uses."""
        return self._transport.call(
            "DELETE",
            f"/algorithm-versions/{quote(version_id)}",
            query=None,
            body=None,
        )

    def list_files(
        self,
        version_id: str,
        *,
        path: Literal[""] | str | Unset = UNSET,
        recursive: Literal["true", "false"] | Unset = UNSET,
    ) -> Any:
        """The entries of one directory, or with `recursive` of all below it."""
        return self._transport.call(
            "GET",
            f"/algorithm-versions/{quote(version_id)}/files",
            query={"path": path, "recursive": recursive},
            body=None,
        )

    def read_file(
        self,
        version_id: str,
        *,
        path: str,
    ) -> Stream:
        """A file's bytes; ranges are honoured."""
        return self._transport.stream(
            "GET",
            f"/algorithm-versions/{quote(version_id)}/files/content",
            query={"path": path},
            body=None,
            accept="application/octet-stream",
        )

    def write_file(
        self,
        version_id: str,
        content: Content,
        *,
        path: str,
    ) -> Any:
        """Write a file; directories above it are made."""
        return self._transport.call(
            "PUT",
            f"/algorithm-versions/{quote(version_id)}/files/content",
            query={"path": path},
            body=None,
            content=content,
            content_type="application/octet-stream",
        )

    def place_upload(
        self,
        version_id: str,
    ) -> Any:
        """Make an upload a file, as for one too large for a single request."""
        return self._transport.call(
            "POST",
            f"/algorithm-versions/{quote(version_id)}/files/uploads",
            query=None,
            body={},
        )

    def create_directory(
        self,
        version_id: str,
        *,
        path: str,
    ) -> Any:
        """Make a directory."""
        return self._transport.call(
            "POST",
            f"/algorithm-versions/{quote(version_id)}/files/directories",
            query=None,
            body={"path": path},
        )

    def move_file(
        self,
        version_id: str,
        *,
        from_: str,
        to: str,
    ) -> Any:
        """Rename or move a file or directory."""
        return self._transport.call(
            "POST",
            f"/algorithm-versions/{quote(version_id)}/files/move",
            query=None,
            body={"from": from_, "to": to},
        )

    def delete_file(
        self,
        version_id: str,
        *,
        path: str,
    ) -> None:
        """Delete a file, or a directory with all in it."""
        return self._transport.call(
            "DELETE",
            f"/algorithm-versions/{quote(version_id)}/files",
            query={"path": path},
            body=None,
        )

    def archive(
        self,
        version_id: str,
        *,
        path: Literal[""] | str | Unset = UNSET,
    ) -> Stream:
        """Download a directory as a zip archive."""
        return self._transport.stream(
            "GET",
            f"/algorithm-versions/{quote(version_id)}/archive",
            query={"path": path},
            body=None,
            accept="application/zip",
        )


class DatasetsApi(Group):
    """Operations of datasets."""

    def list(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
        sort: Literal["newest", "name"] | Unset = UNSET,
        visibility: Literal["project", "public", "all"] | Unset = UNSET,
        annotation_type: Literal["classification", "detection", "segmentation", "keypoints", "ocr"] | Unset = UNSET,
    ) -> Any:
        """Datasets of a project and, where asked for, public ones."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/datasets",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine, "sort": sort, "visibility": visibility, "annotationType": annotation_type},
            body=None,
        )

    def create(
        self,
        project_id: str,
        *,
        name: str,
        data_type: Literal["image"],
        annotation_type: Literal["classification"],
        public: bool | Unset = UNSET,
    ) -> Any:
        """Create a dataset; a public one needs an administrator."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/datasets",
            query=None,
            body={"name": name, "dataType": data_type, "annotationType": annotation_type, "public": public},
        )

    def get(
        self,
        dataset_id: str,
    ) -> Any:
        """One dataset."""
        return self._transport.call(
            "GET",
            f"/datasets/{quote(dataset_id)}",
            query=None,
            body=None,
        )

    def update(
        self,
        dataset_id: str,
        *,
        name: str,
    ) -> Any:
        """Rename a dataset."""
        return self._transport.call(
            "PATCH",
            f"/datasets/{quote(dataset_id)}",
            query=None,
            body={"name": name},
        )

    def delete(
        self,
        dataset_id: str,
    ) -> None:
        """Delete a dataset that has no versions."""
        return self._transport.call(
            "DELETE",
            f"/datasets/{quote(dataset_id)}",
            query=None,
            body=None,
        )

    def list_versions(
        self,
        dataset_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """All versions, newest first."""
        return self._transport.call(
            "GET",
            f"/datasets/{quote(dataset_id)}/versions",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def create_version(
        self,
        dataset_id: str,
        *,
        base_version_id: str | None | Unset = UNSET,
    ) -> Any:
        """Add a version, empty or from an existing one without copying a byte."""
        return self._transport.call(
            "POST",
            f"/datasets/{quote(dataset_id)}/versions",
            query=None,
            body={"baseVersionId": base_version_id},
        )

    def get_version(
        self,
        version_id: str,
    ) -> Any:
        """One version."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}",
            query=None,
            body=None,
        )

    def delete_version(
        self,
        version_id: str,
    ) -> None:
        """Delete a version that nothing uses."""
        return self._transport.call(
            "DELETE",
            f"/dataset-versions/{quote(version_id)}",
            query=None,
            body=None,
        )

    def start_import(
        self,
        version_id: str,
        *,
        upload_ids: Sequence[str],
        dry_run: bool | Unset = UNSET,
        format: Literal["auto", "class-folders", "images"] | Unset = UNSET,
    ) -> Any:
        """Import uploaded archives or images; `dryRun` reports without taking anything."""
        return self._transport.call(
            "POST",
            f"/dataset-versions/{quote(version_id)}/imports",
            query=None,
            body={"uploadIds": upload_ids, "dryRun": dry_run, "format": format},
        )

    def list_imports(
        self,
        version_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """Imports into a version, newest first."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}/imports",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def get_import(
        self,
        import_id: str,
    ) -> Any:
        """One import with its figures."""
        return self._transport.call(
            "GET",
            f"/imports/{quote(import_id)}",
            query=None,
            body=None,
        )

    def import_report(
        self,
        import_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """The entries that were not taken, one by one, with the reason."""
        return self._transport.call(
            "GET",
            f"/imports/{quote(import_id)}/refused",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def list_images(
        self,
        version_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        skip: int | Unset = UNSET,
        search: str | Unset = UNSET,
        state: Literal["unlabeled", "labeled", "cleaned"] | Unset = UNSET,
        labels: str | Unset = UNSET,
        source: Literal["manual", "auto", "import"] | Unset = UNSET,
        by_user_id: str | Unset = UNSET,
    ) -> Any:
        """Images of a version in the order they came, filtered."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}/images",
            query={"cursor": cursor, "limit": limit, "skip": skip, "search": search, "state": state, "labels": labels, "source": source, "byUserId": by_user_id},
            body=None,
        )

    def get_image(
        self,
        image_id: str,
    ) -> Any:
        """One image of a version."""
        return self._transport.call(
            "GET",
            f"/images/{quote(image_id)}",
            query=None,
            body=None,
        )

    def image_content(
        self,
        image_id: str,
    ) -> Stream:
        """An image's bytes as they were imported."""
        return self._transport.stream(
            "GET",
            f"/images/{quote(image_id)}/content",
            query=None,
            body=None,
            accept="image/*",
        )

    def thumbnail(
        self,
        image_id: str,
        *,
        size: int | Unset = UNSET,
    ) -> Stream:
        """An upright thumbnail that fits a square of `size` pixels."""
        return self._transport.stream(
            "GET",
            f"/images/{quote(image_id)}/thumbnail",
            query={"size": size},
            body=None,
            accept="image/webp",
        )

    def delete_images(
        self,
        version_id: str,
        *,
        image_ids: Sequence[str],
    ) -> Any:
        """Take images out of a version."""
        return self._transport.call(
            "POST",
            f"/dataset-versions/{quote(version_id)}/images/delete",
            query=None,
            body={"imageIds": image_ids},
        )

    def start_export(
        self,
        version_id: str,
        *,
        format: Literal["topsdl", "class-folders"],
        with_data: bool,
        regenerate: bool | Unset = UNSET,
    ) -> Any:
        """Make an export; `regenerate` makes one again though a fresh one is there."""
        return self._transport.call(
            "POST",
            f"/dataset-versions/{quote(version_id)}/exports",
            query=None,
            body={"format": format, "withData": with_data, "regenerate": regenerate},
        )

    def list_exports(
        self,
        version_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """Exports of a version, newest first."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}/exports",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def export_content(
        self,
        export_id: str,
    ) -> Stream:
        """Download a generated export."""
        return self._transport.stream(
            "GET",
            f"/exports/{quote(export_id)}/content",
            query=None,
            body=None,
            accept="application/zip",
        )

    def start_training_data(
        self,
        version_id: str,
        *,
        seed: int | Unset = UNSET,
        test_share: float | Unset = UNSET,
    ) -> Any:
        """Generate training data: a seeded, stratified split with TFRecords."""
        return self._transport.call(
            "POST",
            f"/dataset-versions/{quote(version_id)}/training-data",
            query=None,
            body={"seed": seed, "testShare": test_share},
        )

    def training_data(
        self,
        version_id: str,
    ) -> Any:
        """A version's training data."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}/training-data",
            query=None,
            body=None,
        )

    def training_data_content(
        self,
        version_id: str,
        *,
        path: str | Unset = UNSET,
    ) -> Stream:
        """Download the training data as one archive, or one of its files."""
        return self._transport.stream(
            "GET",
            f"/dataset-versions/{quote(version_id)}/training-data/content",
            query={"path": path},
            body=None,
            accept="application/octet-stream",
        )

    def sample_archive(
        self,
        *,
        format: Literal["class-folders", "images"] | Unset = UNSET,
        zh: bool | Unset = UNSET,
    ) -> Stream:
        """A small archive that shows the form an import takes."""
        return self._transport.stream(
            "GET",
            "/datasets/sample-archive",
            query={"format": format, "zh": zh},
            body=None,
            accept="application/zip",
        )


class LabelingApi(Group):
    """Operations of labeling."""

    def list_labels(
        self,
        version_id: str,
    ) -> Any:
        """The dataset's labels, with how many images of this version carry each."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}/labels",
            query=None,
            body=None,
        )

    def list_labelers(
        self,
        version_id: str,
    ) -> Any:
        """Whoever labeled images of this version, by name: what `byUserId` of its images can be."""
        return self._transport.call(
            "GET",
            f"/dataset-versions/{quote(version_id)}/labelers",
            query=None,
            body=None,
        )

    def create_label(
        self,
        dataset_id: str,
        *,
        name: str,
        color: str | Unset = UNSET,
        shortcut: str | None | Unset = UNSET,
    ) -> Any:
        """Make a label; colour and number key are chosen where none is given."""
        return self._transport.call(
            "POST",
            f"/datasets/{quote(dataset_id)}/labels",
            query=None,
            body={"name": name, "color": color, "shortcut": shortcut},
        )

    def update_label(
        self,
        label_id: str,
        *,
        name: str | Unset = UNSET,
        color: str | Unset = UNSET,
        shortcut: str | None | Unset = UNSET,
    ) -> Any:
        """Rename a label, or change its colour or key."""
        return self._transport.call(
            "PATCH",
            f"/labels/{quote(label_id)}",
            query=None,
            body={"name": name, "color": color, "shortcut": shortcut},
        )

    def delete_label(
        self,
        label_id: str,
    ) -> None:
        """Delete a label that no image carries."""
        return self._transport.call(
            "DELETE",
            f"/labels/{quote(label_id)}",
            query=None,
            body=None,
        )

    def save(
        self,
        version_id: str,
        *,
        images: Sequence[Mapping[str, Any]],
        idempotency_key: str | None = None,
    ) -> Any:
        """Save the annotations of up to 10,000 images, all or none. 409 names the images that someone else changed."""
        return self._transport.call(
            "POST",
            f"/dataset-versions/{quote(version_id)}/annotations",
            query=None,
            body={"images": images},
            headers={"Idempotency-Key": idempotency_key},
        )

    def history(
        self,
        image_id: str,
    ) -> Any:
        """Every save of an image, newest first."""
        return self._transport.call(
            "GET",
            f"/images/{quote(image_id)}/history",
            query=None,
            body=None,
        )


class ModelsApi(Group):
    """Operations of models."""

    def list(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
        sort: Literal["newest", "name"] | Unset = UNSET,
        visibility: Literal["project", "public", "all"] | Unset = UNSET,
        scenario: Literal["image-classification", "image-detection", "image-segmentation", "image-keypoints", "image-ocr"] | Unset = UNSET,
    ) -> Any:
        """The project's model sets and, where asked for, public ones."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/models",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine, "sort": sort, "visibility": visibility, "scenario": scenario},
            body=None,
        )

    def create(
        self,
        project_id: str,
        *,
        name: str,
        scenario: Literal["image-classification", "image-detection", "image-segmentation", "image-keypoints", "image-ocr"],
        details: str | Unset = UNSET,
        public: bool | Unset = UNSET,
    ) -> Any:
        """Add a model set; a public one needs an administrator."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/models",
            query=None,
            body={"name": name, "scenario": scenario, "details": details, "public": public},
        )

    def get(
        self,
        set_id: str,
    ) -> Any:
        """One model set."""
        return self._transport.call(
            "GET",
            f"/models/{quote(set_id)}",
            query=None,
            body=None,
        )

    def update(
        self,
        set_id: str,
        *,
        details: str,
    ) -> Any:
        """Edit the details of a model set."""
        return self._transport.call(
            "PATCH",
            f"/models/{quote(set_id)}",
            query=None,
            body={"details": details},
        )

    def delete(
        self,
        set_id: str,
    ) -> None:
        """Delete a model set that has no versions; its creator or an administrator may."""
        return self._transport.call(
            "DELETE",
            f"/models/{quote(set_id)}",
            query=None,
            body=None,
        )

    def list_versions(
        self,
        set_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """All versions, newest first."""
        return self._transport.call(
            "GET",
            f"/models/{quote(set_id)}/versions",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def create_version(
        self,
        set_id: str,
        *,
        from_version_id: str | None | Unset = UNSET,
        files: Sequence[Mapping[str, Any]] | Unset = UNSET,
    ) -> Any:
        """Add a version: empty, or with the files of another that the caller can read; uploads come over them."""
        return self._transport.call(
            "POST",
            f"/models/{quote(set_id)}/versions",
            query=None,
            body={"fromVersionId": from_version_id, "files": files},
        )

    def get_version(
        self,
        version_id: str,
    ) -> Any:
        """One version."""
        return self._transport.call(
            "GET",
            f"/model-versions/{quote(version_id)}",
            query=None,
            body=None,
        )

    def delete_version(
        self,
        version_id: str,
    ) -> None:
        """Delete a version that nothing uses."""
        return self._transport.call(
            "DELETE",
            f"/model-versions/{quote(version_id)}",
            query=None,
            body=None,
        )

    def list_files(
        self,
        version_id: str,
        *,
        path: Literal[""] | str | Unset = UNSET,
        recursive: Literal["true", "false"] | Unset = UNSET,
    ) -> Any:
        """The entries of one directory, or with `recursive` of all below it."""
        return self._transport.call(
            "GET",
            f"/model-versions/{quote(version_id)}/files",
            query={"path": path, "recursive": recursive},
            body=None,
        )

    def read_file(
        self,
        version_id: str,
        *,
        path: str,
    ) -> Stream:
        """A file's bytes; ranges are honoured."""
        return self._transport.stream(
            "GET",
            f"/model-versions/{quote(version_id)}/files/content",
            query={"path": path},
            body=None,
            accept="application/octet-stream",
        )

    def write_file(
        self,
        version_id: str,
        content: Content,
        *,
        path: str,
    ) -> Any:
        """Write a file; directories above it are made."""
        return self._transport.call(
            "PUT",
            f"/model-versions/{quote(version_id)}/files/content",
            query={"path": path},
            body=None,
            content=content,
            content_type="application/octet-stream",
        )

    def place_upload(
        self,
        version_id: str,
    ) -> Any:
        """Make an upload a file, as for one too large for a single request."""
        return self._transport.call(
            "POST",
            f"/model-versions/{quote(version_id)}/files/uploads",
            query=None,
            body={},
        )

    def create_directory(
        self,
        version_id: str,
        *,
        path: str,
    ) -> Any:
        """Make a directory."""
        return self._transport.call(
            "POST",
            f"/model-versions/{quote(version_id)}/files/directories",
            query=None,
            body={"path": path},
        )

    def move_file(
        self,
        version_id: str,
        *,
        from_: str,
        to: str,
    ) -> Any:
        """Rename or move a file or directory."""
        return self._transport.call(
            "POST",
            f"/model-versions/{quote(version_id)}/files/move",
            query=None,
            body={"from": from_, "to": to},
        )

    def delete_file(
        self,
        version_id: str,
        *,
        path: str,
    ) -> None:
        """Delete a file, or a directory with all in it."""
        return self._transport.call(
            "DELETE",
            f"/model-versions/{quote(version_id)}/files",
            query={"path": path},
            body=None,
        )

    def archive(
        self,
        version_id: str,
        *,
        path: Literal[""] | str | Unset = UNSET,
    ) -> Stream:
        """Download a directory as a zip archive."""
        return self._transport.stream(
            "GET",
            f"/model-versions/{quote(version_id)}/archive",
            query={"path": path},
            body=None,
            accept="application/zip",
        )


class ProjectsApi(Group):
    """Operations of projects."""

    def list(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
    ) -> Any:
        """The projects the caller is a member of; administrators see all."""
        return self._transport.call(
            "GET",
            "/projects",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine},
            body=None,
        )

    def create(
        self,
        *,
        name: str,
        quotas: Sequence[Mapping[str, Any]] | Unset = UNSET,
        member_ids: Sequence[str] | Unset = UNSET,
    ) -> Any:
        """Add a project."""
        return self._transport.call(
            "POST",
            "/projects",
            query=None,
            body={"name": name, "quotas": quotas, "memberIds": member_ids},
        )

    def get(
        self,
        project_id: str,
    ) -> Any:
        """One project."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}",
            query=None,
            body=None,
        )

    def update(
        self,
        project_id: str,
        *,
        name: str | Unset = UNSET,
        quotas: Sequence[Mapping[str, Any]] | Unset = UNSET,
        member_ids: Sequence[str] | Unset = UNSET,
    ) -> Any:
        """Edit a project's name, quotas or members."""
        return self._transport.call(
            "PATCH",
            f"/projects/{quote(project_id)}",
            query=None,
            body={"name": name, "quotas": quotas, "memberIds": member_ids},
        )

    def delete(
        self,
        project_id: str,
    ) -> None:
        """Delete a project that holds nothing."""
        return self._transport.call(
            "DELETE",
            f"/projects/{quote(project_id)}",
            query=None,
            body=None,
        )

    def members(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
    ) -> Any:
        """A project's members."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/members",
            query={"cursor": cursor, "limit": limit, "search": search},
            body=None,
        )

    def overview(
        self,
        project_id: str,
    ) -> Any:
        """Quota against use now, and what runs and waits."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/overview",
            query=None,
            body=None,
        )

    def usage(
        self,
        project_id: str,
        *,
        minutes: int | Unset = UNSET,
    ) -> Any:
        """Use over time, averaged into at most 300 points."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/usage",
            query={"minutes": minutes},
            body=None,
        )

    def activity(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """What happened lately in the project, newest first."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/activity",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )


class ServingApi(Group):
    """Operations of serving."""

    def list_packages(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
        sort: Literal["newest", "name"] | Unset = UNSET,
    ) -> Any:
        """Model packages with their newest versions."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/packages",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine, "sort": sort},
            body=None,
        )

    def create_package(
        self,
        project_id: str,
        *,
        name: str,
        scenario: Literal["image-classification", "image-detection", "image-segmentation", "image-keypoints", "image-ocr"],
        details: str | Unset = UNSET,
    ) -> Any:
        """Add a model package."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/packages",
            query=None,
            body={"name": name, "scenario": scenario, "details": details},
        )

    def get_package(
        self,
        package_id: str,
    ) -> Any:
        """One model package."""
        return self._transport.call(
            "GET",
            f"/packages/{quote(package_id)}",
            query=None,
            body=None,
        )

    def update_package(
        self,
        package_id: str,
        *,
        details: str,
    ) -> Any:
        """Edit the details of a model package."""
        return self._transport.call(
            "PATCH",
            f"/packages/{quote(package_id)}",
            query=None,
            body={"details": details},
        )

    def delete_package(
        self,
        package_id: str,
    ) -> None:
        """Delete a model package that has no versions."""
        return self._transport.call(
            "DELETE",
            f"/packages/{quote(package_id)}",
            query=None,
            body=None,
        )

    def list_package_versions(
        self,
        package_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """All versions, newest first."""
        return self._transport.call(
            "GET",
            f"/packages/{quote(package_id)}/versions",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def create_package_version(
        self,
        package_id: str,
        *,
        model_version_ids: Sequence[str],
        arguments: Sequence[str],
        algorithm_version_ids: Sequence[str] | Unset = UNSET,
        base_image: Literal["host"] | Unset = UNSET,
        port: int | Unset = UNSET,
        requirements: Sequence[str] | Unset = UNSET,
        environment: Mapping[str, Any] | Unset = UNSET,
        setup_command: str | Unset = UNSET,
        build: bool | Unset = UNSET,
    ) -> Any:
        """Add a version; it is built when asked to."""
        return self._transport.call(
            "POST",
            f"/packages/{quote(package_id)}/versions",
            query=None,
            body={"modelVersionIds": model_version_ids, "algorithmVersionIds": algorithm_version_ids, "baseImage": base_image, "port": port, "arguments": arguments, "requirements": requirements, "environment": environment, "setupCommand": setup_command, "build": build},
        )

    def get_package_version(
        self,
        package_version_id: str,
    ) -> Any:
        """One package version."""
        return self._transport.call(
            "GET",
            f"/package-versions/{quote(package_version_id)}",
            query=None,
            body=None,
        )

    def delete_package_version(
        self,
        package_version_id: str,
    ) -> None:
        """Delete a version that no service uses."""
        return self._transport.call(
            "DELETE",
            f"/package-versions/{quote(package_version_id)}",
            query=None,
            body=None,
        )

    def build(
        self,
        package_version_id: str,
    ) -> Any:
        """Build a version."""
        return self._transport.call(
            "POST",
            f"/package-versions/{quote(package_version_id)}/build",
            query=None,
            body=None,
        )

    def stop_build(
        self,
        package_version_id: str,
    ) -> Any:
        """Stop a pending or running build."""
        return self._transport.call(
            "POST",
            f"/package-versions/{quote(package_version_id)}/stop",
            query=None,
            body=None,
        )

    def build_log(
        self,
        package_version_id: str,
        *,
        node: str | Unset = UNSET,
        from_: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        tail: int | Unset = UNSET,
    ) -> Any:
        """A build's log."""
        return self._transport.call(
            "GET",
            f"/package-versions/{quote(package_version_id)}/logs",
            query={"node": node, "from": from_, "limit": limit, "tail": tail},
            body=None,
        )

    def list_services(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
        sort: Literal["newest", "name"] | Unset = UNSET,
    ) -> Any:
        """Online services."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/services",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine, "sort": sort},
            body=None,
        )

    def create_service(
        self,
        project_id: str,
        *,
        name: str,
        details: str | Unset = UNSET,
    ) -> Any:
        """Add an online service."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/services",
            query=None,
            body={"name": name, "details": details},
        )

    def get_service(
        self,
        service_id: str,
    ) -> Any:
        """One online service."""
        return self._transport.call(
            "GET",
            f"/services/{quote(service_id)}",
            query=None,
            body=None,
        )

    def update_service(
        self,
        service_id: str,
        *,
        details: str,
    ) -> Any:
        """Edit the details of a service."""
        return self._transport.call(
            "PATCH",
            f"/services/{quote(service_id)}",
            query=None,
            body={"details": details},
        )

    def delete_service(
        self,
        service_id: str,
    ) -> None:
        """Delete a service that has no versions."""
        return self._transport.call(
            "DELETE",
            f"/services/{quote(service_id)}",
            query=None,
            body=None,
        )

    def add_production(
        self,
        service_id: str,
        *,
        package_version_id: str,
        spec_id: str,
        replicas: int,
        environment: Mapping[str, Any] | Unset = UNSET,
    ) -> Any:
        """Add the production version."""
        return self._transport.call(
            "POST",
            f"/services/{quote(service_id)}/production",
            query=None,
            body={"packageVersionId": package_version_id, "specId": spec_id, "replicas": replicas, "environment": environment},
        )

    def add_gray(
        self,
        service_id: str,
        *,
        package_version_id: str,
        spec_id: str,
        replicas: int,
        environment: Mapping[str, Any] | Unset = UNSET,
        share: float | Unset = UNSET,
    ) -> Any:
        """Add a gray version beside production; it gets 10 % of the requests unless told otherwise."""
        return self._transport.call(
            "POST",
            f"/services/{quote(service_id)}/gray",
            query=None,
            body={"packageVersionId": package_version_id, "specId": spec_id, "replicas": replicas, "environment": environment, "share": share},
        )

    def remove_production(
        self,
        service_id: str,
    ) -> Any:
        """Delete the production version; not while there is a gray one."""
        return self._transport.call(
            "DELETE",
            f"/services/{quote(service_id)}/production",
            query=None,
            body=None,
        )

    def remove_gray(
        self,
        service_id: str,
    ) -> Any:
        """Delete the gray version after its last request."""
        return self._transport.call(
            "DELETE",
            f"/services/{quote(service_id)}/gray",
            query=None,
            body=None,
        )

    def set_replicas(
        self,
        service_id: str,
        role: Literal["production", "gray"],
        *,
        replicas: int,
    ) -> Any:
        """Change the number of replicas of a version."""
        return self._transport.call(
            "PUT",
            f"/services/{quote(service_id)}/{quote(role)}/replicas",
            query=None,
            body={"replicas": replicas},
        )

    def set_share(
        self,
        service_id: str,
        *,
        share: float,
    ) -> Any:
        """Change the gray version's share of the requests."""
        return self._transport.call(
            "PUT",
            f"/services/{quote(service_id)}/share",
            query=None,
            body={"share": share},
        )

    def swap(
        self,
        service_id: str,
        *,
        revision: int | Unset = UNSET,
    ) -> Any:
        """Exchange gray and production without losing a request; the share stays with the gray role."""
        return self._transport.call(
            "POST",
            f"/services/{quote(service_id)}/swap",
            query=None,
            body={"revision": revision},
        )

    def metrics(
        self,
        service_id: str,
        *,
        minutes: int | Unset = UNSET,
    ) -> Any:
        """Requests, errors and latency of both versions."""
        return self._transport.call(
            "GET",
            f"/services/{quote(service_id)}/metrics",
            query={"minutes": minutes},
            body=None,
        )

    def logs(
        self,
        service_id: str,
        role: Literal["production", "gray"],
        *,
        node: str | Unset = UNSET,
        from_: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        tail: int | Unset = UNSET,
    ) -> Any:
        """Logs of the replicas of a version."""
        return self._transport.call(
            "GET",
            f"/services/{quote(service_id)}/{quote(role)}/logs",
            query={"node": node, "from": from_, "limit": limit, "tail": tail},
            body=None,
        )


class SystemApi(Group):
    """Operations of system."""

    def installation(
        self,
    ) -> Any:
        """What this installation is and can do."""
        return self._transport.call(
            "GET",
            "/installation",
            query=None,
            body=None,
        )

    def health(
        self,
    ) -> Any:
        """The process is alive."""
        return self._transport.call(
            "GET",
            "/health",
            query=None,
            body=None,
        )


class TasksApi(Group):
    """Operations of tasks."""

    def list(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        mine: bool | Unset = UNSET,
        state: Literal["active", "ended"] | Unset = UNSET,
    ) -> Any:
        """Long work of a project, newest first."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/tasks",
            query={"cursor": cursor, "limit": limit, "mine": mine, "state": state},
            body=None,
        )

    def get(
        self,
        task_id: str,
    ) -> Any:
        """One task."""
        return self._transport.call(
            "GET",
            f"/tasks/{quote(task_id)}",
            query=None,
            body=None,
        )

    def log(
        self,
        task_id: str,
    ) -> Stream:
        """A task's log as text."""
        return self._transport.stream(
            "GET",
            f"/tasks/{quote(task_id)}/log",
            query=None,
            body=None,
            accept="text/plain",
        )

    def cancel(
        self,
        task_id: str,
    ) -> Any:
        """Cancel a task; it leaves nothing half done."""
        return self._transport.call(
            "POST",
            f"/tasks/{quote(task_id)}/cancel",
            query=None,
            body=None,
        )


class TensorboardApi(Group):
    """Operations of tensorboard."""

    def create(
        self,
        run_id: str,
    ) -> Any:
        """Start a TensorBoard for a run, or return the one that is there."""
        return self._transport.call(
            "POST",
            f"/training-runs/{quote(run_id)}/tensorboard",
            query=None,
            body=None,
        )

    def find(
        self,
        run_id: str,
    ) -> Any:
        """A run's TensorBoard; 404 where none was started."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/tensorboard",
            query=None,
            body=None,
        )

    def get(
        self,
        tensorboard_id: str,
    ) -> Any:
        """One TensorBoard."""
        return self._transport.call(
            "GET",
            f"/tensorboards/{quote(tensorboard_id)}",
            query=None,
            body=None,
        )

    def stop(
        self,
        tensorboard_id: str,
    ) -> None:
        """Stop a TensorBoard."""
        return self._transport.call(
            "DELETE",
            f"/tensorboards/{quote(tensorboard_id)}",
            query=None,
            body=None,
        )


class TrainingApi(Group):
    """Operations of training."""

    def list(
        self,
        project_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        search: str | Unset = UNSET,
        mine: bool | Unset = UNSET,
        sort: Literal["newest", "name"] | Unset = UNSET,
    ) -> Any:
        """Training definitions with their newest runs."""
        return self._transport.call(
            "GET",
            f"/projects/{quote(project_id)}/training",
            query={"cursor": cursor, "limit": limit, "search": search, "mine": mine, "sort": sort},
            body=None,
        )

    def create(
        self,
        project_id: str,
        *,
        name: str,
        spec_id: str,
        command: str,
        nodes: int,
        dataset_version_ids: Sequence[str] | Unset = UNSET,
        algorithm_version_ids: Sequence[str] | Unset = UNSET,
        model_version_ids: Sequence[str] | Unset = UNSET,
        image: Literal["host"] | Unset = UNSET,
        environment: Mapping[str, Any] | Unset = UNSET,
        grace_seconds: int | Unset = UNSET,
        save_model_set_id: str | None | Unset = UNSET,
    ) -> Any:
        """Create a training definition."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/training",
            query=None,
            body={"name": name, "datasetVersionIds": dataset_version_ids, "algorithmVersionIds": algorithm_version_ids, "modelVersionIds": model_version_ids, "image": image, "specId": spec_id, "command": command, "environment": environment, "nodes": nodes, "graceSeconds": grace_seconds, "saveModelSetId": save_model_set_id},
        )

    def get(
        self,
        training_id: str,
    ) -> Any:
        """One training definition."""
        return self._transport.call(
            "GET",
            f"/training/{quote(training_id)}",
            query=None,
            body=None,
        )

    def update(
        self,
        training_id: str,
        *,
        name: str | Unset = UNSET,
        dataset_version_ids: Sequence[str] | Unset = UNSET,
        algorithm_version_ids: Sequence[str] | Unset = UNSET,
        model_version_ids: Sequence[str] | Unset = UNSET,
        image: Literal["host"] | Unset = UNSET,
        spec_id: str | Unset = UNSET,
        command: str | Unset = UNSET,
        environment: Mapping[str, Any] | Unset = UNSET,
        nodes: int | Unset = UNSET,
        grace_seconds: int | Unset = UNSET,
        save_model_set_id: str | None | Unset = UNSET,
    ) -> Any:
        """Edit a definition; runs keep what they were started with."""
        return self._transport.call(
            "PATCH",
            f"/training/{quote(training_id)}",
            query=None,
            body={"name": name, "datasetVersionIds": dataset_version_ids, "algorithmVersionIds": algorithm_version_ids, "modelVersionIds": model_version_ids, "image": image, "specId": spec_id, "command": command, "environment": environment, "nodes": nodes, "graceSeconds": grace_seconds, "saveModelSetId": save_model_set_id},
        )

    def delete(
        self,
        training_id: str,
    ) -> None:
        """Delete a definition that has no runs."""
        return self._transport.call(
            "DELETE",
            f"/training/{quote(training_id)}",
            query=None,
            body=None,
        )

    def copy(
        self,
        training_id: str,
        *,
        name: str,
    ) -> Any:
        """Copy a definition under another name."""
        return self._transport.call(
            "POST",
            f"/training/{quote(training_id)}/copy",
            query=None,
            body={"name": name},
        )

    def start_run(
        self,
        training_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> Any:
        """Start a run; it waits with the reason shown while the quota is used up."""
        return self._transport.call(
            "POST",
            f"/training/{quote(training_id)}/runs",
            query=None,
            body=None,
            headers={"Idempotency-Key": idempotency_key},
        )

    def list_runs(
        self,
        training_id: str,
        *,
        cursor: str | Unset = UNSET,
        limit: int | Unset = UNSET,
    ) -> Any:
        """Runs of a definition, newest first."""
        return self._transport.call(
            "GET",
            f"/training/{quote(training_id)}/runs",
            query={"cursor": cursor, "limit": limit},
            body=None,
        )

    def get_run(
        self,
        run_id: str,
    ) -> Any:
        """One run."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}",
            query=None,
            body=None,
        )

    def run_configuration(
        self,
        run_id: str,
    ) -> Any:
        """What the run was started with."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/configuration",
            query=None,
            body=None,
        )

    def stop_run(
        self,
        run_id: str,
    ) -> Any:
        """Stop a pending or running run."""
        return self._transport.call(
            "POST",
            f"/training-runs/{quote(run_id)}/stop",
            query=None,
            body=None,
        )

    def resume_run(
        self,
        run_id: str,
    ) -> Any:
        """Go on from the checkpoint as a new attempt; for ended runs only."""
        return self._transport.call(
            "POST",
            f"/training-runs/{quote(run_id)}/resume",
            query=None,
            body=None,
        )

    def delete_run(
        self,
        run_id: str,
    ) -> None:
        """Delete an ended run with its logs and its persistent-model."""
        return self._transport.call(
            "DELETE",
            f"/training-runs/{quote(run_id)}",
            query=None,
            body=None,
        )

    def save_model(
        self,
        run_id: str,
        *,
        model_set_id: str,
    ) -> Any:
        """Save the persistent-model of a stopped or failed run as a model version."""
        return self._transport.call(
            "POST",
            f"/training-runs/{quote(run_id)}/model-version",
            query=None,
            body={"modelSetId": model_set_id},
        )

    def logs(
        self,
        run_id: str,
        *,
        node: str | Unset = UNSET,
        from_: str | Unset = UNSET,
        limit: int | Unset = UNSET,
        tail: int | Unset = UNSET,
    ) -> Any:
        """A stretch of the logs of all nodes or of one."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/logs",
            query={"node": node, "from": from_, "limit": limit, "tail": tail},
            body=None,
        )

    def log_content(
        self,
        run_id: str,
        *,
        node: str | Unset = UNSET,
    ) -> Stream:
        """Download the logs as they were written."""
        return self._transport.stream(
            "GET",
            f"/training-runs/{quote(run_id)}/logs/content",
            query={"node": node},
            body=None,
            accept="text/plain",
        )

    def log_stream(
        self,
        run_id: str,
        *,
        node: str | Unset = UNSET,
        from_: str | Unset = UNSET,
        tail: int | Unset = UNSET,
    ) -> Stream:
        """Follow the logs as server-sent events, each a `LogPage`; ends with the run."""
        return self._transport.stream(
            "GET",
            f"/training-runs/{quote(run_id)}/logs/stream",
            query={"node": node, "from": from_, "tail": tail},
            body=None,
            accept="text/event-stream",
        )

    def stats(
        self,
        run_id: str,
        *,
        minutes: int | Unset = UNSET,
    ) -> Any:
        """Monitoring per node: the samples kept, thinned to at most 300 a node."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/stats",
            query={"minutes": minutes},
            body=None,
        )

    def events(
        self,
        run_id: str,
    ) -> Any:
        """What happened to the run, oldest first."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/events",
            query=None,
            body=None,
        )

    def metrics(
        self,
        run_id: str,
    ) -> Any:
        """Curves from the TensorBoard event files in persistent-model."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/metrics",
            query=None,
            body=None,
        )

    def files(
        self,
        run_id: str,
    ) -> Any:
        """Files in the persistent-model of a run."""
        return self._transport.call(
            "GET",
            f"/training-runs/{quote(run_id)}/files",
            query=None,
            body=None,
        )

    def file_content(
        self,
        run_id: str,
        *,
        path: str,
    ) -> Stream:
        """Download a file of the persistent-model."""
        return self._transport.stream(
            "GET",
            f"/training-runs/{quote(run_id)}/files/content",
            query={"path": path},
            body=None,
            accept="application/octet-stream",
        )


class UploadsApi(Group):
    """Operations of uploads."""

    def create(
        self,
        project_id: str,
        *,
        file_name: str,
        size: int,
    ) -> Any:
        """Begin a resumable upload; more than 5 GiB is refused here."""
        return self._transport.call(
            "POST",
            f"/projects/{quote(project_id)}/uploads",
            query=None,
            body={"fileName": file_name, "size": size},
        )

    def get(
        self,
        upload_id: str,
    ) -> Any:
        """How far an upload has come."""
        return self._transport.call(
            "GET",
            f"/uploads/{quote(upload_id)}",
            query=None,
            body=None,
        )

    def append(
        self,
        upload_id: str,
        content: Content,
        *,
        upload_offset: str | int,
    ) -> Any:
        """Append bytes at `Upload-Offset`, which must be what the server has."""
        return self._transport.call(
            "PATCH",
            f"/uploads/{quote(upload_id)}",
            query=None,
            body=None,
            headers={"Upload-Offset": str(upload_offset)},
            content=content,
            content_type="application/octet-stream",
        )

    def delete(
        self,
        upload_id: str,
    ) -> None:
        """Give an upload up."""
        return self._transport.call(
            "DELETE",
            f"/uploads/{quote(upload_id)}",
            query=None,
            body=None,
        )


class Api:
    """All operations, by feature."""

    def __init__(self, transport: Transport) -> None:
        self.account = AccountApi(transport)
        self.admin = AdminApi(transport)
        self.algorithms = AlgorithmsApi(transport)
        self.datasets = DatasetsApi(transport)
        self.labeling = LabelingApi(transport)
        self.models = ModelsApi(transport)
        self.projects = ProjectsApi(transport)
        self.serving = ServingApi(transport)
        self.system = SystemApi(transport)
        self.tasks = TasksApi(transport)
        self.tensorboard = TensorboardApi(transport)
        self.training = TrainingApi(transport)
        self.uploads = UploadsApi(transport)
