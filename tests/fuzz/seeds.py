"""Seeds of the fuzz targets: one-operator models, the small test models, conversations by the host's own wire code."""

from __future__ import annotations

import base64
import hashlib
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edgeflow import resources
from edgeflow.deploy import sshsig
from edgeflow.deploy.bundle import make_bundle, manifest_json
from edgeflow.generate.ahead.planned import plan_model
from edgeflow.model.read import load_model, read_model
from edgeflow.wire import frame, message
from edgeflow.wire.constants import Command, Reset, Side
from tests.generate.chains import random_chain
from tests.runtime import (
    cases_elementwise,
    cases_hybrid,
    cases_int4,
    cases_lstm,
    cases_moving,
    cases_resampling,
    cases_state,
    cases_values,
    cases_window,
)
from tests.runtime.graphs import packed, random_graph
from tests.runtime.single_operator import Tensor, build, options, quantized
from tests.runtime.test_exact_int16 import INT16
from tests.runtime.test_exact_reducing import REDUCING
from tests.runtime.test_exact_values import BINARY, UNARY
from tests.runtime.test_malformed import dense_model, window_model

DATA = Path(__file__).parents[1] / "data"
MODEL_BYTES_MAX = 8192
TAILS = (b"\x00\x00\x00\x05", b"\x00\x13\x01\xff")  # arena, alignment and subgraph, options, inputs
RAW, FRAME, UPLOAD, CUT, RESTART, BUSY = 0, 1, 2, 3, 4, 0x80  # fuzz.h


def _cases(seed: int) -> Iterator[Any]:
    rng = np.random.default_rng(seed)
    window, elementwise, hybrid = cases_window, cases_elementwise, cases_hybrid
    for depthwise in (False, True):
        yield from window.conv(rng, 3, depthwise)
        yield from window.conv_float(rng, 2, depthwise)
        yield from hybrid.conv(rng, 2, depthwise)
    yield from window.conv_grouped(rng, 2)
    for dense in (window.fully_connected, window.fully_connected_float, hybrid.fully_connected):
        yield from dense(rng, 3)
    for dtype in ("INT8", "FLOAT32"):
        for average in (False, True):
            yield from window.pool(rng, 2, average, dtype)
        for make in (elementwise.softmax, elementwise.mean, elementwise.reshape, elementwise.concatenation):
            yield from make(rng, 3, dtype)
        for name in ("PAD", "PADV2"):
            yield from elementwise.pad(rng, 2, name, dtype)
        for name in ("ADD", "MUL"):
            yield from elementwise.binary(rng, 3, name, dtype)
    for source in ("FLOAT32", "INT8"):
        yield from elementwise.quantize(rng, 2, source)
    yield from elementwise.dequantize(rng, 2)
    yield from _later_cases(rng)


def _later_cases(rng: np.random.Generator) -> Iterator[Any]:
    """int16 and int4, operators with a state, and each of the others with the operands that it wants."""
    for make, _ in INT16.values():
        yield from make(rng, 2)
    yield from cases_int4.conv(rng, 2)
    yield from cases_int4.fully_connected(rng, 2)
    for dtype in ("INT8", "INT16"):
        yield from cases_lstm.quantized_lstm(rng, 6, dtype)
    yield from cases_lstm.float_lstm(rng, 6)
    for dtype in ("INT8", "FLOAT32"):
        yield from cases_state.svdf(rng, 2, dtype)
        yield from cases_resampling.transpose_conv(rng, 2, dtype)
        yield from cases_resampling.batch_matmul(rng, 2, dtype)
        for name in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"):
            yield from cases_resampling.resize(rng, 1, name, dtype)
        for name, (move, low, high) in cases_moving.MOVES.items():
            yield from cases_moving.moved(rng, 1, name, dtype, move, low, high)
    yield from [*cases_moving.shape(rng, 1, "INT8"), *cases_moving.cast(rng, 2, "FLOAT32")]
    yield from cases_moving.select(rng, 1, "INT8")
    for name, (dtypes, _) in UNARY.items():
        yield from cases_values.unary(rng, 1, name, dtypes[0])
    for name, kinds in BINARY.items():
        yield from cases_values.binary(rng, 1, name, kinds[0])
    for (name, dtype), (reduce, _) in REDUCING.items():
        yield from reduce(rng, 1, name=name, dtype=dtype)


def _plain() -> Iterator[bytes]:
    """Each operator of the runtime with one to three inputs of one type and shape; many are refused, some run."""
    table = tomllib.loads((resources.runtime_dir() / "operators.toml").read_text(encoding="utf-8"))
    for operator in table["operator"]:
        kind = operator["options"][0]
        chosen = options(kind) if kind else None
        for arity in (1, 2, 3):
            for dtype in ("INT8", "FLOAT32", "INT32", "BOOL"):
                tensor = quantized((1, 2, 3, 4), 0.5, 3) if dtype == "INT8" else Tensor((1, 2, 3, 4), dtype)
                for made in (tensor, Tensor((1, 2, 3, 4), "BOOL")) if dtype != "BOOL" else (tensor,):
                    yield build(operator["name"], [tensor] * arity, [made], chosen)
    half = Tensor((4,), "FLOAT16", data=np.arange(4, dtype=np.float16))
    yield build("DEQUANTIZE", [half], [Tensor((4,), "FLOAT32")], options("DequantizeOptions"), 2)
    some = Tensor((4,), "FLOAT32")
    yield build("GELU", [some], [some], options("GeluOptions", approximate=True))


def models() -> list[bytes]:
    """Models of at most MODEL_BYTES_MAX."""
    made = [packed(dense_model()), packed(window_model())]
    made += [path.read_bytes() for path in sorted(DATA.glob("*.tflite")) if path.stat().st_size < MODEL_BYTES_MAX]
    made += [random_graph(np.random.default_rng([3, seed])) for seed in range(8)]
    made += [_planned(random_chain(np.random.default_rng([4, seed]))) for seed in range(4)]
    made += [_planned(random_graph(np.random.default_rng([5, seed]))) for seed in range(2)]
    made += _streamed(6)
    cases = [case.model for case in _cases(1)]
    made += [*cases, *(extreme for model in cases for extreme in _extremes(model)), *_plain()]
    return [model for model in made if len(model) <= MODEL_BYTES_MAX]


def _extremes(content: bytes) -> Iterator[bytes]:
    """The model with all its constants of 32 and 64 bits (biases above all) at the least and at the largest value."""
    constants = [
        tensor
        for tensor in read_model(content, Path("seed.tflite")).main.tensors
        if tensor.is_constant and tensor.dtype in ("INT32", "INT64")
    ]
    for limit in ("min", "max") if constants else ():
        changed = bytearray(content)
        for tensor in constants:
            dtype = np.dtype(tensor.dtype.lower())
            values = np.full(tensor.constant_bytes // dtype.itemsize, getattr(np.iinfo(dtype), limit), dtype)
            changed[tensor.data_offset : tensor.data_offset + values.nbytes] = values.tobytes()
        yield bytes(changed)


def _planned(content: bytes) -> bytes:
    """The model with a memory plan inside."""
    return plan_model(read_model(content, Path("seed.tflite"))).content


def _streamed(count: int) -> list[bytes]:
    """Models whose memory plans run operators together by rows."""
    made: list[bytes] = []
    seed = 0
    while len(made) < count:
        planned = plan_model(read_model(random_chain(np.random.default_rng([6, seed])), Path("seed.tflite")))
        made += [planned.content] if planned.together and len(planned.content) <= MODEL_BYTES_MAX else []
        seed += 1
    return made


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<BH", kind, len(content)) + content


def _request(seq: int, command: Command, busy: bool = False, **fields: Any) -> bytes:
    body = bytes((seq, command)) + message.pack_request(command, **fields)
    return _record(FRAME | (BUSY if busy else 0), body)


def _open(seq: int, source: str = "") -> bytes:
    texts = dict.fromkeys(("signature", "api", "delegate", "shapes", "library"), "")
    return _request(seq, Command.OPEN, source=source, threads=1, **texts)


def _invoke(seq: int, runs: int, flags: int = 0) -> bytes:
    fields = {name: 0 for name, _ in message.LAYOUT[Command.INVOKE][0]}
    return _request(seq, Command.INVOKE, **{**fields, "warmup": 1, "max_runs": runs, "flags": flags})


def _use(seq: int) -> bytes:
    """Look at the opened model and run it."""
    parts = [_request(seq, Command.MODEL_INFO), _request(seq + 1, Command.SIGNATURE, name="")]
    parts += [_request(seq + 2, Command.TENSOR, side=side, index=0) for side in (Side.INPUT, Side.OUTPUT)]
    parts += [_request(seq + 3, Command.INPUT, index=0, offset=0, data=b"\x07"), _invoke(seq + 4, 3, 1)]
    parts += [_request(seq + 5, Command.OUTPUT, index=0, offset=0, length=64), _request(seq + 6, Command.MEMORY)]
    parts += [_request(seq + 7, Command.PROFILE, first=0), _request(seq + 8, Command.SAMPLES, first=0)]
    parts += [_request(seq + 9, Command.RESET, what=Reset.VARIABLES), _request(seq + 9, Command.CONDITIONS)]
    return b"".join(parts)


def _upload(content: bytes, name: str, part: int) -> bytes:
    """An upload as the host makes it."""
    digest = hashlib.sha256(content).digest()
    made = [_request(1, Command.MODEL_BEGIN, slot=name, size=len(content), sha256=digest)]
    for number, at in enumerate(range(0, len(content), part)):
        made.append(_request(2 + number & 255, Command.MODEL_CHUNK, offset=at, data=content[at : at + part]))
    activate = _request(1, Command.MODEL_ACTIVATE, slot=name, release="")
    return b"".join((*made, _request(0, Command.MODEL_COMMIT), activate))


def conversations() -> list[bytes]:
    """Inputs of the link target: HELLO, uploads with and without power cuts, runs, cancels, restarts, noise."""
    small = sorted(models(), key=len)
    lstm = next(c.model for c in cases_lstm.quantized_lstm(np.random.default_rng(4), 40, "INT8") if len(c.model) < 4000)
    hello, noise = _request(0, Command.HELLO), _record(RAW, b"\x00boot\xff\r\n\x00" + frame.encode(1, 1)[:-2])
    cut = _record(CUT, b"\x03\x00\x01") + _record(RESTART, b"")
    slots = _request(9, Command.SLOTS, slot="")
    made = []
    for head in (
        b"\x00\x00\x00\x00",
        b"\x01\x08\x00\x00",
        b"\x01\xff\x01\x02",
        b"\x03\x50\x02\x40",
        b"\x01\x68\x01\x20",
    ):
        for model in (packed(dense_model()), small[0], small[len(small) // 3], lstm):
            upload, raw = _record(UPLOAD, model), _upload(model, "net", 100)
            late = _record(CUT, b"\x05\x00\x02") + raw + _record(RESTART, b"")
            made.append(head + hello + upload + _use(10))
            made.append(head + hello + noise + raw + _open(3) + _use(20) + slots)
            made.append(head + hello + upload + late + slots + _use(1))
        cancel = _request(7, Command.CANCEL, busy=True)
        made.append(head + hello + _record(UPLOAD, small[1]) + _open(1) + _invoke(2, 1000) + cancel + _use(9))
        for name, signature in (("two_signatures_float32", "encode"), ("counter_float32", "read")):
            chosen = _open(1, "m") + _request(2, Command.SIGNATURE, name=signature) + _use(3)
            again = _request(4, Command.SIGNATURE, name="") + _invoke(5, 2) + _open(6, "other")
            made.append(head + hello + _record(UPLOAD, (DATA / f"{name}.tflite").read_bytes()) + chosen + again)
        three = [_record(UPLOAD, model) for model in (small[0], small[2], small[1])]
        restart = _record(RESTART, b"")
        made.append(head + hello + restart.join((*three, *three, slots + _open(1) + _use(2))))
        for steps, way in ((0, 0), (1, 1), (2, 2), (3, 3), (5, 2), (8, 1), (13, 2), (21, 1)):
            late = _record(CUT, struct.pack("<HB", steps, way))
            made.append(head + three[0] + three[1] + late + three[2] + restart + three[2] + _open(1) + _use(2))
        made.append(head + _request(4, Command.RESET, what=Reset.DEVICE) + hello + hello + cut + slots)
    return made


def frames() -> list[bytes]:
    """Inputs of the frame target: how, then bytes."""
    bodies = [b"", b"\0" * 300, bytes(range(1, 255)) * 2, bytes(range(256)), b"\x01\x02\x03", b"\xff" * 254]
    return [bytes((how, 3, 7)) + body for how in range(4) for body in bodies] + [
        b"\x00\x00\x00" + frame.encode(1, 2, body)[1:-1] for body in bodies
    ]


def signed() -> list[bytes]:
    """A signature as text and as bytes, a manifest, a public key; each behind the byte that says which."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    armoured = sshsig.sign(key, b'{"name": "kws"}\n')
    raw = base64.b64decode(b"".join(armoured.splitlines()[1:-1]))
    bundle = make_bundle(load_model(DATA / "sine_int8.tflite"), name="kws")
    manifest, public = manifest_json(bundle), base64.b64encode(sshsig.public_blob(key))
    odd = b'{"files":[{"sha256":"","path":"a"}],"name":"\\u0061","x":[-1.5e+3,true,null,{}]}'
    return [b"\x00" + armoured, b"\x01" + raw, b"\x02" + manifest, b"\x02" + odd, b"\x03" + public, b"\x03AA=="]


def write(folder: Path, target: str) -> None:
    """Write a target's seeds as files named by their content."""
    match target:
        case "model":
            inputs = [model + tail for model in models() for tail in TAILS]
        case "link" | "ahead":
            inputs = conversations()
        case "signature":
            inputs = signed()
        case _:
            inputs = frames()
    folder.mkdir(parents=True, exist_ok=True)
    for content in inputs:
        (folder / f"seed-{hashlib.sha256(content).hexdigest()[:16]}").write_bytes(content)
