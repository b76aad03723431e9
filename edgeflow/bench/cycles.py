"""Estimated cycles of a model on an emulated board: how often each instruction runs, by a table of the core's timings.

The board is started once more under a QEMU plugin that counts instructions by address, and runs the model. What the
link's server does between two operators is left out. An estimate: zero wait states, no caches; no time.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgeflow.bench.measure import Feeder, Options
from edgeflow.bench.types import EstimatedCycles
from edgeflow.device.connect import session_on
from edgeflow.device.emulator import board_image, load_machine, memory_file
from edgeflow.device.lock import hold
from edgeflow.device.types import Device
from edgeflow.errors import ToolchainError
from edgeflow.firmware.cycles import cycles_source, estimate_cycles, listing_flags
from edgeflow.firmware.executed import disassemble, plugin_option, read_counts
from edgeflow.firmware.image import Image
from edgeflow.firmware.toolchain import for_target
from edgeflow.model.types import Model
from edgeflow.progress import Progress
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.qemu import QemuTransport

_BEGIN, _END = "ef_interpreter_invoke", "ef_link_run_model"  # of the first run, of the second one
_LEAVE, _RESUME = "ef_link_before_operator", "ef_link_resume"

Operators = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Cycles:
    """Of one invoke, and of each of its operators."""

    whole: EstimatedCycles
    operators: tuple[int, ...]

    def beside(self, entries: Operators | None) -> Operators | None:
        """A profile's entries with their operators' cycles."""
        if entries is None or len(entries) != len(self.operators):
            return entries
        return tuple({**e, "estimated_cycles": n} for e, n in zip(entries, self.operators, strict=True))


def count_cycles(
    device: Device,
    image: Image | None,
    model: Model,
    options: Options,
    feeder: Feeder,
    timeout_s: float,
    progress: Progress,
) -> Cycles:
    """Start the board of `device` with `image` (None: its runner) and count one run.

    Raises TargetError for a core without a table, ToolchainError without a C compiler for this machine, DeviceError
    and its kinds where the board does not answer.
    """
    board = device.address.where
    target = find_target(find_board(board).target)
    source = cycles_source(target.name)
    image = image or board_image(board, progress=progress)
    listing = disassemble(image, for_target(target), listing_flags(target.name))
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.txt"
        plugin = plugin_option(listing, counts, _BEGIN, _END, (_LEAVE, _RESUME), each=True)
        machine = load_machine(board)
        machine = replace(machine, arguments=(*machine.arguments, *plugin))
        transport = QemuTransport(machine, image.path, memory_file(device))
        with hold(device), contextlib.closing(transport), session_on(device, transport, timeout_s=timeout_s) as session:
            opened = session.open(
                session.models.place(model, progress=progress),
                signature=options.signature,
                threads=options.threads,
                api=options.api,
                delegate=options.delegate,
                shapes=options.shapes,
            )
            for tensor, data in zip(opened.inputs, feeder(opened.inputs).data, strict=True):
                session.write_input(tensor.index, data)
            session.invoke(max_runs=2)
        parts = read_counts(counts)
    resume = listing.functions[_RESUME]
    own = [part for part in parts if part.mark == resume][:-1]  # the last one is what follows the last operator
    if not own:
        raise ToolchainError(f"{board}: no operator was seen", "report it, with the model")
    operators = tuple(estimate_cycles(target.name, listing, part.counts) for part in own)
    return Cycles(EstimatedCycles(sum(operators), source), operators)
