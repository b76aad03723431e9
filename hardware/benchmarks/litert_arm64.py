"""LiteRT's bundle for arm64 Android devices under qemu's user emulation: `python hardware/benchmarks/litert_arm64.py`.

Each model of tests/data runs once through the bundle's own loader, glibc and libLiteRt.so, and on this machine's
LiteRT, with the same inputs. The result is a dated JSON under hardware/results/: how far the outputs are apart, and
what the bundle weighs. Times under an emulator are nobody's and are not taken. Needs qemu-user-static, and fetches
the bundle.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from turns import load_now, write

from edgeflow.device.connect import reference_session
from edgeflow.device.litert_bundle import LIBRARY, RUNNER, litert_bundle
from edgeflow.device.session import Session
from edgeflow.device.tensors import feed_random, output_array
from edgeflow.model.read import load_model
from edgeflow.transport.local import LocalTransport, ProcessPipe

DATA = Path(__file__).parents[2] / "tests" / "data"
# the library looks for the CPU in /proc/cpuinfo, and would find this machine's
CPUINFO = "processor\t: 0\nFeatures\t: fp asimd crc32\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n\n"


def outputs(session: Session, source: str, signature: str) -> dict[str, Any]:
    opened = session.open(source, signature=signature)
    for info, data in zip(opened.inputs, feed_random(opened.inputs, 0).data, strict=True):
        session.write_input(info.index, data)
    session.invoke(max_runs=1)
    return {info.name: output_array(info, session.read_output(info.index)) for info in opened.outputs}


def main() -> None:
    before, bundle = load_now(), litert_bundle("aarch64", "qemu")
    rows = []
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder, base, system = (Path(name) / part for part in ("bundle", "base", "system/proc"))
        for made in (folder, base, system):
            made.mkdir(parents=True)
        (system / "cpuinfo").write_text(CPUINFO)
        for file, path, _ in bundle.files:
            shutil.copy(path, folder / file)
            (folder / file).chmod(0o700)
        argv = ["qemu-aarch64-static", "-L", str(system.parent), "-cpu", "cortex-a72"]
        argv += [str(folder / bundle.machine.loader), "--library-path", str(folder), str(folder / RUNNER)]
        argv += [str(folder / LIBRARY), str(base), "--version", bundle.version]
        files = LocalTransport().files
        with (
            Session(lambda: ProcessPipe(argv), name="qemu", files=files, timeout_s=600) as there,
            reference_session(Path(name)) as here,
        ):
            for path in sorted(DATA.glob("*.tflite")):
                model = load_model(path)
                for key in [signature.key for signature in model.signatures] or [""]:
                    found = outputs(there, there.models.place(model), key)
                    wanted = outputs(here, str(path), key)
                    apart = [float(np.abs(wanted[n].astype(np.float64) - found[n]).max()) for n in wanted]
                    rows.append({"model": path.stem, "signature": key, "largest_difference": max(apart)})
                    print(rows[-1])
    sizes = {file: path.stat().st_size for file, path, _ in bundle.files}
    answer = {"litert": bundle.version, "bundle_bytes": sum(sizes.values()), "files": sizes, "models": rows}
    print(write("android-litert-arm64", "1", answer, before, None))


if __name__ == "__main__":
    main()
