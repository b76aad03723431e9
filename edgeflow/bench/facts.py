"""Who answers: device and runtime as a result names them."""

from __future__ import annotations

from collections.abc import Mapping

from edgeflow.bench.clock import Clock
from edgeflow.bench.types import Build, DeviceFacts, RuntimeFacts
from edgeflow.device.answers import Hello
from edgeflow.device.probe import target_of
from edgeflow.device.types import Device


def device_facts(device: Device, hello: Hello, conditions: Mapping[str, str], clock: Clock) -> DeviceFacts:
    """The device; what it is comes from the device book, else from what it says of itself."""
    target, board = device.target, device.board
    if target is None:
        machine, model = conditions.get("machine", ""), conditions.get("board", hello.board)
        target, board = target_of(machine, conditions.get("pointer_bits", ""), model)
    return DeviceFacts(
        name=device.name,
        target=target,
        board=board or (hello.board or None if target is None else None),
        address=str(device.address),
        emulated=clock.emulated,
        cpu=hello.cpu or None,
        os=hello.os or None,
    )


def runtime_facts(hello: Hello, conditions: Mapping[str, str], *, threads: int, api: str) -> RuntimeFacts:
    """The interpreter; `delegate` is the one that took operators, None where the runtime has none."""
    full = hello.runtime in ("litert", "tflite-runtime")
    return RuntimeFacts(
        name=hello.runtime or "none",
        version=hello.runtime_version or "?",
        api=(api or "interpreter") if full else None,
        kernels=hello.kernels or None,
        threads=threads or 1,
        delegate=conditions.get("delegate"),
    )


def build_facts(hello: Hello, conditions: Mapping[str, str], *, aot: bool) -> Build | None:
    """How a board's runner was built, where it says so."""
    if "toolchain" not in conditions:
        return None
    return Build(conditions["toolchain"], conditions.get("flags", ""), aot)
