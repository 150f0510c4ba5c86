"""Writes the network as an ONNX file that carries its classes and its input size."""

from __future__ import annotations

import json
from typing import BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import Parameters


def write_onnx(file: BinaryIO, p: Parameters, classes: list[str], size: int) -> None:
    """The graph ``pixels (n, size*size) -> probabilities (n, classes)``, float32, opset 17."""
    weights = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in sorted(p.items())]
    nodes = [
        helper.make_node("Gemm", ["pixels", "w1", "b1"], ["hidden_sum"], name="hidden"),
        helper.make_node("Relu", ["hidden_sum"], ["hidden"], name="relu"),
        helper.make_node("Gemm", ["hidden", "w2", "b2"], ["logits"], name="output"),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1, name="softmax"),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", size * size])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(classes)])],
        weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="topsdl-digits"
    )
    model.ir_version = 8
    helper.set_model_props(model, {"classes": json.dumps(classes), "size": str(size)})
    onnx.checker.check_model(model)
    file.write(model.SerializeToString(deterministic=True))
