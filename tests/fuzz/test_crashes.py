"""What crashed a fuzz target once, and its corpus, go through it again under AddressSanitizer and UBSan."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from edgeflow.fit.operators import choose
from edgeflow.fit.table import operators
from edgeflow.model.read import read_model
from tests.fuzz import seeds
from tests.fuzz.build import HERE, TARGETS, build_replay

CORPUS_BYTES_MAX = 300_000
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]


@pytest.fixture(scope="session", params=COMPILERS or ["cc"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The replay program of each target."""
    folder = tmp_path_factory.mktemp(f"replay-{request.param}")
    return {target: build_replay(target, request.param, folder) for target in TARGETS}


@pytest.fixture(scope="module")
def models() -> list[bytes]:
    return seeds.models()


def committed(target: str) -> list[Path]:
    return [path for kind in ("corpus", "crashes") for path in sorted((HERE / kind / target).glob("*"))]


def replay(program: Path, files: list[Path]) -> None:
    done = subprocess.run([program, *files], capture_output=True, text=True, errors="replace", timeout=200)
    assert done.returncode == 0, done.stderr[-5000:]
    assert int(done.stdout) == len(files)


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus_and_what_crashed_once_pass(built: dict[str, Path], target: str) -> None:
    files = committed(target)
    assert files
    replay(built[target], files)


@pytest.mark.parametrize("target", ["link", "frame", "signature"])
def test_the_seeds_pass(built: dict[str, Path], target: str, tmp_path: Path) -> None:
    seeds.write(tmp_path, target)
    replay(built[target], sorted(tmp_path.iterdir()))


def test_the_models_among_the_seeds_pass(built: dict[str, Path], models: list[bytes], tmp_path: Path) -> None:
    for number, model in enumerate(models):
        (tmp_path / f"{number:05}").write_bytes(model + seeds.TAILS[number % len(seeds.TAILS)])
    replay(built["model"], sorted(tmp_path.iterdir()))


def test_every_kernel_has_a_seed_that_reaches_it(models: list[bytes]) -> None:
    reached = set()
    for content in models:
        main = read_model(content, Path("seed.tflite")).main
        chosen = [choose(main, operator) for operator in main.operators]
        reached |= {one.kernel.name for one in chosen if not isinstance(one, str)}
    assert {kernel.name for entry in operators() for kernel in entry.kernels} - reached == set()


def test_the_corpus_is_small() -> None:
    files = [path for path in (HERE / "corpus").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= CORPUS_BYTES_MAX
