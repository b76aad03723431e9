"""Models to an Android device against `adb push` itself: `python hardware/benchmarks/adb_upload.py`.

The device is a real adbd on this machine (tests/adbd.py, Linux with namespaces), its link TCP on loopback. Three times
are taken, in turn: `adb push` of the file, the same by edgeflow's file channel, and a whole upload on an open session,
which ends when the device has checked the digest and made a release of it. The bound is 80 % of `adb push`'s rate for
the file channel. The result is a dated JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from turns import in_turn, load_now, medians, ratio, rounded, seconds, write

from edgeflow.device.android import DEFAULT_BASE
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.progress import silent
from edgeflow.transport.adb import AdbTransport
from edgeflow.transport.address import parse_address

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.adbd import Adbd, adbd, unavailable_reason

BOUND = 0.8
SLOT = "rate"


def measure(daemon: Adbd, folder: Path, size: int, turns: int) -> dict[str, Any]:
    """One row: the samples, and edgeflow's rates over that of `adb push` (above 1: edgeflow is faster)."""
    content = random.Random(2026).randbytes(size)
    file, serial = folder / "file", daemon.serials[0]
    file.write_bytes(content)
    there = f"{DEFAULT_BASE}/pushed"
    data = daemon.data[0] / DEFAULT_BASE.removeprefix("/data/")

    def gone() -> None:
        daemon.shell(f"rm -rf {there} {DEFAULT_BASE}/{SLOT}")

    def pushed_by(work: Any) -> float:
        gone()
        took = seconds(work)
        assert (data / "pushed").read_bytes() == content
        return took

    def by_adb() -> None:
        command = [daemon.adb, "-s", serial, "push", str(file), there]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    transport = AdbTransport(parse_address(f"adb://{serial}"))
    with connect(find_device(f"adb://{serial}", target="android-x86-64")) as session:

        def uploaded() -> float:
            gone()
            took = seconds(lambda: session.models.upload(SLOT, content))
            assert [told[1] for told in session.models.slots(SLOT).values()] == [hashlib.sha256(content).hexdigest()]
            return took

        samples = in_turn(
            {
                "adb_push": lambda: pushed_by(by_adb),
                "file_channel": lambda: pushed_by(lambda: transport.files.put(file, there, progress=silent)),
                "upload": uploaded,
            },
            turns,
        )
    gone()
    return {
        "bytes": size,
        "median_s": medians(samples),
        "adb_push_megabytes_per_s": round(size / 1e6 / medians(samples)["adb_push"], 1),
        "file_channel_rate_over_adb_push": ratio(samples["adb_push"], samples["file_channel"]),
        "upload_rate_over_adb_push": ratio(samples["adb_push"], samples["upload"]),
        "samples_s": rounded(samples),
    }


def main() -> int:
    """Measure, print, write; 1 when the bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=11)
    parser.add_argument("--megabytes", type=float, nargs="*", default=[1, 20, 100])
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    if reason := unavailable_reason():
        raise SystemExit(reason)
    load = load_now()
    rows = []
    with tempfile.TemporaryDirectory() as name, adbd(Path(name) / "adbd") as daemon:
        os.environ["EDGEFLOW_ADB"] = str(daemon.adb)
        for megabytes in options.megabytes:
            row = measure(daemon, Path(name), round(megabytes * 1e6), options.turns)
            rows.append(row)
            print(
                f"{megabytes:g} MB: file channel {row['file_channel_rate_over_adb_push']}, whole upload "
                f"{row['upload_rate_over_adb_push']} of adb push's rate; {row['median_s']}",
                flush=True,
            )
    met = all(row["file_channel_rate_over_adb_push"]["median"] >= BOUND for row in rows)
    path = write("adb-upload", "1", {"bound": BOUND, "met": met, "rows": rows}, load, options.output)
    print(f"written to {path}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
