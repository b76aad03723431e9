"""Uploads over SSH against the programs `scp` and `sftp`: `python hardware/benchmarks/ssh_upload.py`.

All go to the same throw-away sshd on loopback with the same cipher, in turn, and what arrived is compared. Two times
are taken of each: all of it from connecting to the end (of the programs also their start; edgeflow as the library
call in a running process), and the transfer alone (of the programs what they take beyond an empty file; small files
several times in a row). Then the same through a relay that lets a few megabits through. The bound is 80 % of `scp`'s
rate.
"""

from __future__ import annotations

import argparse
import functools
import random
import subprocess
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from slow_line import slow_line
from turns import in_turn, load_now, medians, ratio, rounded, seconds, write

from edgeflow.progress import silent
from edgeflow.transport.address import parse_address
from edgeflow.transport.loopback_sshd import LoopbackSshd, loopback_sshd
from edgeflow.transport.ssh import SshTransport

BOUND = 0.8
_AT_ONCE_BYTES = 20_000_000  # of the transfer alone: a small file takes no longer than what starting `scp` varies by


class Ways:
    """The ways to bring a file to a server, each as seconds; `port` is the server's or a relay's."""

    def __init__(self, server: LoopbackSshd, port: int, folder: Path, size: int, copies: int) -> None:
        self._server, self._port = server, port
        self._there = folder / "there"
        self._there.mkdir()
        self._empty = folder / "empty"
        self._empty.touch()
        content = random.Random(2026).randbytes(size)
        self._files = [folder / f"file-{number}" for number in range(copies)]
        for path in self._files:
            path.write_bytes(content)
        known = (server.folder / "hostkey.pub").read_text(encoding="utf-8")
        (folder / "known").write_text(f"box {known}", encoding="utf-8")
        self._config = folder / "config"
        self._config.write_text(
            f"Host *\n HostKeyAlias box\n IdentityFile {server.folder}/id\n IdentitiesOnly yes\n"
            f" UserKnownHostsFile {folder}/known\n",
            encoding="utf-8",
        )
        with self._connected() as transport:
            self.cipher = transport._connection.transport.local_cipher

    def ways(self) -> dict[str, Callable[[], float]]:
        """One file from connecting to the connection's end, and what the transfers alone follow from."""
        one, all_ = self._files[:1], self._files
        found = {}
        for name, by in (("scp", self._by_scp), ("sftp", self._by_sftp)):
            found[f"{name}_empty"] = functools.partial(self._timed, by, [self._empty])
            found[name] = functools.partial(self._timed, by, one)
            if len(all_) > 1:
                found[f"{name}_copies"] = functools.partial(self._timed, by, all_)
        found["edgeflow"] = functools.partial(self._timed, self._by_edgeflow, one)
        found["edgeflow_put"] = self._put_alone
        return found

    def _timed(self, by: Callable[[list[Path]], object], files: list[Path]) -> float:
        self._clear()
        took = seconds(lambda: by(files))
        self._compare(files)
        return took

    def _by_scp(self, files: list[Path]) -> None:
        to = f"{self._server.user}@127.0.0.1:{self._there}/"
        command = ["scp", *self._options(), *map(str, files), to]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def _by_sftp(self, files: list[Path]) -> None:
        command = ["sftp", "-b", "-", *self._options(), f"{self._server.user}@127.0.0.1"]
        batch = "".join(f"put {path} {self._there}/{path.name}\n" for path in files)
        subprocess.run(command, input=batch.encode(), stdout=subprocess.DEVNULL, check=True)

    def _by_edgeflow(self, files: list[Path]) -> None:
        with self._connected() as transport:
            self._put(transport, files)

    def _put_alone(self) -> float:
        self._clear()
        with self._connected() as transport:
            transport.files.get(str(self._config), max_bytes=1 << 16)  # opens the channel
            took = seconds(lambda: self._put(transport, self._files))
        self._compare(self._files)
        return took / len(self._files)

    def _put(self, transport: SshTransport, files: list[Path]) -> None:
        for path in files:
            transport.files.put(path, f"{self._there}/{path.name}", progress=silent)

    def _clear(self) -> None:
        for path in self._there.iterdir():
            path.unlink()

    def _compare(self, files: list[Path]) -> None:
        assert all((self._there / path.name).read_bytes() == path.read_bytes() for path in files)

    def _connected(self) -> SshTransport:
        address = parse_address(f"ssh://{self._server.user}@127.0.0.1:{self._port}")
        return SshTransport(address, config=self._config)

    def _options(self) -> list[str]:
        return ["-q", "-F", str(self._config), "-o", f"Port={self._port}", "-c", self.cipher]


def measure(size: int, turns: int, megabits: float | None) -> dict[str, Any]:
    """One row: the samples, and edgeflow's rates over those of the programs (above 1: edgeflow is faster)."""
    copies = 1 if megabits else max(1, round(_AT_ONCE_BYTES / size))
    with tempfile.TemporaryDirectory() as name, loopback_sshd(Path(name) / "sshd") as server:
        if megabits is None:
            ways = Ways(server, server.port, Path(name), size, copies)
            samples = in_turn(ways.ways(), turns)
        else:
            with slow_line(server.port, megabits) as port:
                ways = Ways(server, port, Path(name), size, copies)
                samples = in_turn(ways.ways(), turns, warm_up=0)
    alone = {
        program: [
            (full - empty) / copies
            for full, empty in zip(
                samples.get(f"{program}_copies", samples[program]), samples[f"{program}_empty"], strict=True
            )
        ]
        for program in ("scp", "sftp")
    }
    rate = size / 1e6 / medians(samples)["edgeflow_put"]
    return {
        "bytes": size,
        "copies_of_transfer_alone": copies,
        "megabits_per_s": megabits,
        "cipher": ways.cipher,
        "median_s": medians(samples),
        "put_megabytes_per_s": round(rate, 1),
        "whole_rate_over_scp": ratio(samples["scp"], samples["edgeflow"]),
        "whole_rate_over_sftp": ratio(samples["sftp"], samples["edgeflow"]),
        "transfer_rate_over_scp": ratio(alone["scp"], samples["edgeflow_put"]),
        "transfer_rate_over_sftp": ratio(alone["sftp"], samples["edgeflow_put"]),
        "samples_s": rounded(samples),
    }


def main() -> int:
    """Measure, print, write; 1 when the bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=11)
    parser.add_argument("--megabytes", type=float, nargs="*", default=[1, 20, 100])
    parser.add_argument("--slow-megabytes", type=float, nargs="*", default=[1, 5], help="through the relay")
    parser.add_argument("--slow-turns", type=int, default=5)
    parser.add_argument("--megabits", type=float, default=8.0, help="what the relay lets through in a second")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    load = load_now()
    cases = [(each, options.turns, None) for each in options.megabytes]
    cases += [(each, options.slow_turns, options.megabits) for each in options.slow_megabytes]
    rows = []
    for megabytes, turns, megabits in cases:
        row = measure(round(megabytes * 1e6), turns, megabits)
        rows.append(row)
        whole, transfer = row["whole_rate_over_scp"], row["transfer_rate_over_scp"]
        line = f"{megabits:g} Mbit/s" if megabits else "loopback"
        print(
            f"{megabytes:g} MB, {line}: whole {whole['median']} {whole['ci95']}, transfer {transfer['median']} "
            f"{transfer['ci95']} of scp's rate; {row['put_megabytes_per_s']} MB/s; {row['median_s']}",
            flush=True,
        )
    met = all(row[key]["median"] >= BOUND for row in rows for key in ("whole_rate_over_scp", "transfer_rate_over_scp"))
    answer = {"paramiko": version("paramiko"), "bound": BOUND, "met": met, "rows": rows}
    print(f"written to {write('ssh-upload', '2', answer, load, options.output)}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
