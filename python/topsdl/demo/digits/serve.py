"""Answers ``POST /predict`` (an image's bytes) with the class, from a model of ``train.py``.

``python3 serve.py [--model FILE] [--port 8080]``; ``GET /health`` answers as soon as it is loaded.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, UnidentifiedImageError

import images

LIMIT = 32 * 1024**2


class Classifier:
    """An ONNX model with its classes."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options)
        properties = self.session.get_modelmeta().custom_metadata_map
        self.classes: list[str] = json.loads(properties["classes"])
        self.size = int(properties["size"])

    def predict(self, content: bytes) -> dict[str, object]:
        """The likeliest class of an encoded image with its probability from 0 to 1."""
        with Image.open(io.BytesIO(content)) as image:
            pixels = images.to_pixels(image, self.size)
        (probabilities,) = self.session.run(None, {"pixels": pixels[np.newaxis]})
        best = int(probabilities[0].argmax())
        return {"label": self.classes[best], "score": round(float(probabilities[0][best]), 6)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body of an answer leave in one packet.
    wbufsize = -1
    disable_nagle_algorithm = True
    classifier: Classifier
    tag = os.environ.get("MODEL_TAG", "")

    def do_GET(self) -> None:
        if self.path.split("?")[0] in ("/", "/health"):
            self.answer(200, {"status": "ok", "classes": self.classifier.classes, "tag": self.tag})
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            self.close_connection = True
            self.answer(411, {"error": "Content-Length is needed"})
            return
        if not 0 <= length <= LIMIT:
            self.close_connection = True
            self.answer(413, {"error": f"at most {LIMIT} bytes"})
            return
        content = self.rfile.read(length)
        if self.path.split("?")[0] != "/predict":
            self.answer(404, {"error": "not found"})
            return
        try:
            self.answer(200, {**self.classifier.predict(content), "tag": self.tag})
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
            self.answer(400, {"error": f"not an image: {error}"})

    def answer(self, status: int, value: dict[str, object]) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """One line a request would drown the service's log."""


def find_model() -> Path:
    """The first ``model.onnx`` below ``/workspace/model``."""
    for path in sorted(Path("/workspace/model").glob("**/model.onnx")):
        return path
    raise SystemExit("no model.onnx below /workspace/model; choose a model for the package")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    Handler.classifier = Classifier(options.model or find_model())
    server = ThreadingHTTPServer(("0.0.0.0", options.port), Handler)
    server.daemon_threads = True
    print(f"serving {', '.join(Handler.classifier.classes)} on port {options.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
