"""A model that changed a little, onto a device that has the one before: `python hardware/benchmarks/small_changes.py`.

Against `scp` of the whole file, in turn, on loopback and through a relay that lets a few megabits through. Of edgeflow
three times are taken: connecting and bringing the model until the device has verified it as a release, with and without
looking for what the device has already, and a whole deployment, which also runs the model on the device and here. The
bound: bringing it takes less time than `scp`. The result is a dated JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from layered import layered
from slow_line import slow_line
from turns import in_turn, load_now, medians, ratio, rounded, seconds, write

from edgeflow.deploy.bundle import make_bundle, manifest_json
from edgeflow.device import delta
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.model.read import read_model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from edgeflow.transport.loopback_sshd import LoopbackSshd, loopback_sshd

CHANGES = ("last layer", "bias", "metadata")
NAME = "model"


class Case:
    """One model, one change, one line."""

    def __init__(self, folder: Path, server: LoopbackSshd, port: int, layers: int, changed: str) -> None:
        self._folder, self._server, self._port = folder, server, port
        self.content = layered(layers, changed=changed)
        self._model = read_model(self.content, folder / f"{NAME}.tflite")
        self._file = folder / "new"
        self._file.write_bytes(self.content)
        self._template = folder / "template"
        self._template.mkdir()
        (self._template / "venv").symlink_to(sys.prefix)
        known = (server.folder / "hostkey.pub").read_text(encoding="utf-8")
        (folder / "known").write_text(f"box {known}", encoding="utf-8")
        self._config = folder / "config"
        self._config.write_text(
            f"Host *\n HostKeyAlias box\n IdentityFile {server.folder}/id\n IdentitiesOnly yes\n"
            f" UserKnownHostsFile {folder}/known\n",
            encoding="utf-8",
        )
        os.environ["EDGEFLOW_SSH_CONFIG"] = str(self._config)
        address = parse_address(f"ssh://{server.user}@127.0.0.1:{server.port}")
        direct = Device("device", address, target="linux-x86-64", base=str(self._template))
        old = read_model(layered(layers), folder / f"{NAME}.tflite")
        assert deploy(old, direct, name=NAME).action == "deployed"
        self._device = replace(direct, address=replace(address, port=port), base=str(folder / "base"))
        self.sent = {}

    def ways(self) -> dict[str, Callable[[], float]]:
        return {
            "scp": self._scp,
            "brought": functools.partial(self._edgeflow, self._bring, "brought"),
            "brought_whole": functools.partial(self._edgeflow, self._bring_whole, "brought_whole"),
            "deployed": functools.partial(self._edgeflow, self._deploy, "deployed"),
        }

    def _scp(self) -> float:
        to = f"{self._server.user}@127.0.0.1:{self._folder}/arrived"
        command = ["scp", "-q", "-F", str(self._config), "-o", f"Port={self._port}", str(self._file), to]
        took = seconds(lambda: subprocess.run(command, check=True, stdin=subprocess.DEVNULL))
        assert (self._folder / "arrived").read_bytes() == self.content
        (self._folder / "arrived").unlink()
        return took

    def _edgeflow(self, work: Callable[[], int], name: str) -> float:
        base = Path(self._device.base or "")
        shutil.copytree(self._template, base, symlinks=True)
        try:

            def timed() -> None:
                self.sent[name] = work()

            took = seconds(timed)
            brought = max((base / NAME / "releases").iterdir()) / "model.tflite"
            assert brought.read_bytes() == self.content
        finally:
            shutil.rmtree(base)
        return took

    def _bring(self) -> int:
        bundle = make_bundle(self._model, name=NAME, target=self._device.target)
        with connect(self._device) as session:
            return session.models.upload(NAME, self.content, manifest=manifest_json(bundle)).sent

    def _bring_whole(self) -> int:
        least, delta.LEAST_BYTES = delta.LEAST_BYTES, 1 << 40
        try:
            return self._bring()
        finally:
            delta.LEAST_BYTES = least

    def _deploy(self) -> int:
        done = deploy(self._model, self._device, name=NAME)
        assert done.action == "deployed"
        return done.sent_bytes


def measure(layers: int, changed: str, turns: int, megabits: float | None) -> dict[str, Any]:
    """One row: samples and the time of `scp` over edgeflow's (above 1: edgeflow is faster)."""
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory() as home,  # what a login shell reads there would be part of each program's start
        loopback_sshd(Path(name) / "sshd", f"SetEnv HOME={home}\n") as server,
    ):
        if megabits is None:
            case = Case(Path(name), server, server.port, layers, changed)
            samples = in_turn(case.ways(), turns)
        else:
            with slow_line(server.port, megabits) as port:
                case = Case(Path(name), server, port, layers, changed)
                samples = in_turn(case.ways(), turns, warm_up=0)
    return {
        "bytes": len(case.content),
        "changed": changed,
        "megabits_per_s": megabits,
        "sent_bytes": case.sent,
        "median_s": medians(samples),
        "scp_over_brought": ratio(samples["scp"], samples["brought"]),
        "scp_over_deployed": ratio(samples["scp"], samples["deployed"]),
        "samples_s": rounded(samples),
    }


def main() -> int:
    """Measure, print, write; 1 when the bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--slow-turns", type=int, default=3)
    parser.add_argument("--layers", type=int, nargs="*", default=[4, 20], help="MiB of the models")
    parser.add_argument("--changes", nargs="*", default=CHANGES, choices=CHANGES)
    parser.add_argument("--megabits", type=float, default=8.0, help="what the relay lets through in a second")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    load = load_now()
    rows = []
    for megabits, turns in ((None, options.turns), (options.megabits, options.slow_turns)):
        for layers in options.layers if turns else ():
            for changed in options.changes:
                row = measure(layers, changed, turns, megabits)
                rows.append(row)
                line = f"{megabits:g} Mbit/s" if megabits else "loopback"
                print(
                    f"{layers} MiB, {changed}, {line}: scp / brought {row['scp_over_brought']}, / deployed "
                    f"{row['scp_over_deployed']['median']}; sent {row['sent_bytes']}; {row['median_s']}",
                    flush=True,
                )
    met = all(row["scp_over_brought"]["median"] > 1 for row in rows)
    print(f"written to {write('small-changes', '1', {'met': met, 'rows': rows}, load, options.output)}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
