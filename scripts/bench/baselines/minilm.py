"""all-MiniLM-L6-v2 as an ONNX graph from its own weights, in 32 bits and quantised to eight by onnxruntime's own tool.

There is no package that brings this model as ONNX, so the graph is written here node by node, in the shape that
onnxruntime's optimiser knows from exported BERT models.
"""

import json
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(body[begin:end], np.float32).reshape(entry["shape"])
    return tensors


class Graph:
    """Nodes and constants as they come."""

    def __init__(self, weights, config):
        self.weights, self.config = weights, config
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def linear(self, name, states):
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.node("Add", [self.node("MatMul", [states, weight], f"{name}.product"), bias], f"{name}.out")

    def normalized(self, name, states):
        gain = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        shift = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        epsilon = self.config["layer_norm_eps"]
        return self.node("LayerNormalization", [states, gain, shift], f"{name}.out", axis=-1, epsilon=epsilon)

    def heads(self, name, states, order):
        heads = self.config["num_attention_heads"]
        head = self.config["hidden_size"] // heads
        shape = self.constant(f"{name}.shape", np.array([0, 0, heads, head], np.int64))
        split = self.node("Reshape", [states, shape], f"{name}.split")
        return self.node("Transpose", [split], f"{name}.heads", perm=order)

    def layer(self, name, states, hidden):
        own = f"{name}.attention.self"
        query = self.heads(f"{own}.q", self.linear(f"{own}.query", states), [0, 2, 1, 3])
        key = self.heads(f"{own}.k", self.linear(f"{own}.key", states), [0, 2, 3, 1])
        value = self.heads(f"{own}.v", self.linear(f"{own}.value", states), [0, 2, 1, 3])
        head = self.config["hidden_size"] // self.config["num_attention_heads"]
        root = self.constant(f"{own}.root", np.array(head**0.5, np.float32))
        scores = self.node("Div", [self.node("MatMul", [query, key], f"{own}.raw"), root], f"{own}.scores")
        masked = self.node("Add", [scores, hidden], f"{own}.masked")
        shares = self.node("Softmax", [masked], f"{own}.shares", axis=-1)
        mixed = self.node("MatMul", [shares, value], f"{own}.mixed")
        back = self.node("Transpose", [mixed], f"{own}.back", perm=[0, 2, 1, 3])
        shape = self.constant(f"{own}.flat_shape", np.array([0, 0, self.config["hidden_size"]], np.int64))
        flat = self.node("Reshape", [back, shape], f"{own}.flat")
        dense = self.linear(f"{name}.attention.output.dense", flat)
        sum_ = self.node("Add", [dense, states], f"{name}.attention.output.sum")
        states = self.normalized(f"{name}.attention.output.LayerNorm", sum_)
        wide = self.gelu(f"{name}.gelu", self.linear(f"{name}.intermediate.dense", states))
        sum_ = self.node("Add", [self.linear(f"{name}.output.dense", wide), states], f"{name}.output.sum")
        return self.normalized(f"{name}.output.LayerNorm", sum_)

    def gelu(self, name, x):
        root, one, half = (
            self.constant(f"{name}.{part}", np.array(value, np.float32))
            for part, value in (("root", 2**0.5), ("one", 1.0), ("half", 0.5))
        )
        erf = self.node("Erf", [self.node("Div", [x, root], f"{name}.inner")], f"{name}.erf")
        grown = self.node("Add", [erf, one], f"{name}.grown")
        return self.node("Mul", [self.node("Mul", [x, grown], f"{name}.twice"), half], f"{name}.out")

    def embeddings(self):
        words, places, kinds = (
            self.weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
        )
        word = self.node("Gather", [self.constant("words", words), "tokens"], "embeddings.word")
        place = self.node("Gather", [self.constant("places", places + kinds[0]), "positions"], "embeddings.place")
        return self.normalized("embeddings.LayerNorm", self.node("Add", [word, place], "embeddings.sum"))


def build(folder, target):
    """Writes the graph in 32 bits to `target`: tokens, positions and mask in, states out."""
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    graph = Graph(read_safetensors(folder / "model.safetensors"), config)
    one, less = graph.constant("one", np.array(1.0, np.float32)), graph.constant("less", np.array(-1e4, np.float32))
    axes = graph.constant("axes", np.array([1, 2], np.int64))
    kept = graph.node("Unsqueeze", ["mask", axes], "mask.wide")
    hidden = graph.node("Mul", [graph.node("Sub", [one, kept], "mask.inverse"), less], "mask.hidden")
    states = graph.embeddings()
    for number in range(config["num_hidden_layers"]):
        states = graph.layer(f"encoder.layer.{number}", states, hidden)
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("positions", TensorProto.INT64, ["length"]),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["batch", "length"]),
    ]
    output = helper.make_tensor_value_info(states, TensorProto.FLOAT, ["batch", "length", config["hidden_size"]])
    proto = helper.make_graph(graph.nodes, "minilm", inputs, [output], graph.constants)
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(target))


def quantized(folder, place):
    """The path of the model in eight bits, made on first use."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    place = Path(place)
    place.mkdir(parents=True, exist_ok=True)
    full, small = place / "minilm.onnx", place / "minilm.int8.onnx"
    if not small.exists():
        build(folder, full)
        quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True)
    return small


class MiniLm:
    """The model under onnxruntime: texts in, vectors of unit length out."""

    def __init__(self, path, tokenizer, threads):
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def embed(self, texts, batch):
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(rows)), key=lambda at: -len(rows[at]))
        vectors = np.zeros((len(rows), 384), np.float32)
        for begin in range(0, len(order), batch):
            places = order[begin : begin + batch]
            longest = len(rows[places[0]])
            tokens = np.zeros((len(places), longest), np.int64)
            mask = np.zeros((len(places), longest), np.float32)
            for at, place in enumerate(places):
                tokens[at, : len(rows[place])] = rows[place]
                mask[at, : len(rows[place])] = 1
            inputs = {"tokens": tokens, "positions": np.arange(longest), "mask": mask}
            states = self.session.run(None, inputs)[0]
            vectors[places] = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
