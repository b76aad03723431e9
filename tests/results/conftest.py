"""Results to store, and a real PostgreSQL server."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
_ACCOUNT = "postgres"  # the server refuses to run as root


def make_result(run_id: str = "20260101T000000Z-00000001", **changes: Any) -> dict[str, Any]:
    """A result as `bench --json` gives it, with `changes` of its first level."""
    samples = [100.0, 101.0, 102.0, 103.0]
    return {
        "schema": "edgeflow.result/1",
        "run_id": run_id,
        "created": "2026-01-01T00:00:00+00:00",
        "edgeflow": {"version": "0.1.0", "git": None},
        "model": {"name": "sine_int8", "sha256": "ab" * 32, "bytes": 2704},
        "signature": None,
        "device": {
            "name": "pi4",
            "target": "raspberry-pi-4",
            "board": None,
            "address": "ssh://pi4",
            "emulated": False,
            "cpu": "Cortex-A72",
            "os": "Debian",
        },
        "runtime": {
            "name": "litert",
            "version": "2.3.0",
            "api": "interpreter",
            "kernels": None,
            "threads": 1,
            "delegate": "xnnpack",
        },
        "build": None,
        "plan": {"warmup": 5, "runs": 4, "min_s": 0.0, "processes": 1, "rate_hz": None, "mode": "back-to-back"},
        "inputs": {"source": "random:0", "sha256": "cd" * 32},
        "init_us": 900.0,
        "first_invoke_us": 150.0,
        "latency_us": {
            "count": 4,
            "min": 100.0,
            "mean": 101.5,
            "p50": 101.5,
            "p90": 102.7,
            "p99": 102.97,
            "max": 103.0,
            "mad": 1.0,
            "ci95_p50": None,
            "rounds": [{"init_us": 900.0, "first_invoke_us": 150.0, "samples": samples}],
        },
        "instructions": None,
        "estimated_cycles": None,
        "memory_bytes": {
            "model": 2704,
            "arena_planned": None,
            "arena_persistent": None,
            "peak_rss": 50_000_000,
            "stack": None,
            "phases": None,
        },
        "flash_bytes": None,
        "per_operator": None,
        "conditions": {"before": {}, "after": {}},
        "trusted": True,
        "reasons": [],
        "unavailable": {
            "instructions": "the device measures time",
            "estimated_cycles": "not estimated",
            "flash_bytes": "the device has a file system",
            "per_operator": "not profiled",
            "latency_us.ci95_p50": "too few samples",
            **{f"memory_bytes.{name}": "not told" for name in ("arena_planned", "arena_persistent", "stack", "phases")},
        },
        **changes,
    }


def _as_server(argv: list[str]) -> list[str]:
    return ["runuser", "-u", _ACCOUNT, "--", *argv] if os.geteuid() == 0 else argv


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty database on a throw-away server that listens on a socket in its own folder alone."""
    if not _SERVERS:
        pytest.skip("no PostgreSQL server is installed")
    home = Path("/tmp") if os.geteuid() == 0 else tmp_path_factory.mktemp("postgres")
    folder = Path(subprocess.check_output(["mktemp", "-d", str(home / "pg-XXXXXX")], text=True).strip())
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_ACCOUNT)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, binaries = folder / "data", _SERVERS[-1].parent
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run(
            _as_server([str(binaries / "initdb"), "-D", str(data), "-U", _ACCOUNT, "-A", "trust", "-E", "UTF8"]),
            check=True,
            capture_output=True,
            cwd=folder,
        )
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
        subprocess.run(
            _as_server([*control, "-l", str(folder / "log"), "-o", settings, "start"]),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            yield f"postgresql://{_ACCOUNT}@/postgres?host={folder}"
        finally:
            subprocess.run(
                _as_server([*control, "-m", "immediate", "stop"]), check=True, capture_output=True, cwd=folder
            )
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_name(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of each kind, empty."""
    if request.param == "sqlite":
        yield str(tmp_path / "deep" / "results.db")
        return
    import psycopg

    server = request.getfixturevalue("postgres_url")
    name = f"t{os.urandom(8).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
