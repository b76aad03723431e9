"""An interpreter onto a device with a bare Python, over a real sshd and without an index of packages."""

from __future__ import annotations

import io
import json
import platform
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.interpreters import choose
from edgeflow.device.wheels import fetch, pack
from edgeflow.errors import UsageError
from tests.device.test_interpreters import PI
from tests.schemas import check_answer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="devices run Linux")
DATA = Path(__file__).parents[1] / "data"
DISTRIBUTIONS = ("ai-edge-litert", "numpy", "ml_dtypes")


def _wheel(distribution: str, folder: Path) -> None:
    """Pack an installed distribution again as the wheel it came from; only what running models needs."""
    found = metadata.distribution(distribution)
    name = f"{distribution.replace('-', '_')}-{found.version}"
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    with zipfile.ZipFile(folder / f"{name}-{tag}-{tag}-linux_{platform.machine()}.whl", "w") as wheel:
        for file in found.files or ():
            path = Path(str(found.locate_file(file)))
            left_out = ".." in file.parts or "tests" in file.parts or "WebGpu" in file.name or path.suffix == ".pyc"
            if not left_out and path.is_file():
                wheel.write(path, str(file))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for distribution in DISTRIBUTIONS:
        _wheel(distribution, folder)
    return folder


@pytest.fixture
def bare(ssh_device, tmp_path, monkeypatch, run):
    """A device of the book whose Python has nothing but the standard library."""
    monkeypatch.chdir(tmp_path)
    base = tmp_path / "base with a space"
    venv.create(base / "venv", symlinks=True, with_pip=False)
    assert run("devices", "add", "bare", ssh_device.address, "--base", base)[0] == 0
    return base


def test_a_bare_device_is_provisioned_tried_and_then_runs_models(bare, wheels, run, tmp_path):
    code, _, err = run("deploy", DATA / "sine_int8.tflite", "--device", "bare")
    assert code == 5 and "no interpreter" in err
    code, out, err = run("devices", "provision", "bare", "--wheels", wheels, "--json")
    assert code == 0, err
    answer = json.loads(out)
    check_answer(answer)
    assert answer["installed"]["sent_bytes"] > 1 << 20 and answer["runtime"]["name"] == "litert"
    assert answer["runtime"]["version"] == metadata.version("ai-edge-litert")
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    link = bare / "python" / tag
    assert link.is_symlink() and str(link.resolve()) == answer["installed"]["folder"]
    assert sorted(path.name for path in (bare / "python").iterdir()) == [tag, link.resolve().name]
    assert run("devices", "probe", "bare")[0] == 0  # nothing is missing any more
    np.savez(tmp_path / "in.npz", angle=np.zeros((1, 1), np.int8))
    code, _, err = run(
        "invoke", DATA / "sine_int8.tflite", "--device", "bare", "--inputs", tmp_path / "in.npz",
        "--outputs", tmp_path / "out.npz",
    )  # fmt: skip
    assert code == 0, err

    code, out, _ = run("devices", "provision", "bare", "--json")  # has one now: only tried
    assert code == 0 and json.loads(out)["installed"] is None
    code, out, _ = run("devices", "provision", "bare", "--wheels", wheels, "--force", "--json")
    assert code == 0 and json.loads(out)["installed"]["sent_bytes"] == 0  # the same is there already

    (link.resolve() / "numpy" / "__init__.py").write_text("raise RuntimeError('damaged')")
    code, _, err = run("devices", "provision", "bare")
    assert code != 0 and len(err.strip().splitlines()) == 2 and "damaged" in err


def test_what_cannot_be_provisioned_says_so_in_two_lines(bare, run, tmp_path):
    for arguments, status, words in (
        (("bare", "--wheels", tmp_path / "none"), 2, "not a folder"),
        (("bare", "--wheels", tmp_path), 2, "does not hold"),
        (("local:",), 2, "doctor"),
        (("qemu:mps2-an386",), 2, "microcontrollers"),
    ):
        code, _, err = run("devices", "provision", *arguments)
        assert code == status and words in err and len(err.strip().splitlines()) == 2, err
    assert not (bare / "python").exists() or not list((bare / "python").iterdir())


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_wheels_become_one_archive_that_does_not_depend_on_when_it_was_made():
    first = {
        "a-1-py3-none-any.whl": _zip(**{"a/x.py": b"1", "a/tests/t.py": b"2"}),
        "b-2-py3-none-any.whl": _zip(b=b"3"),
    }
    packed = pack(first, ("*/tests/*",))
    assert packed.distributions == ("a 1", "b 2") and packed.unpacked_bytes == 2
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == ["a/x.py", "b"]
    assert packed.sha256 == pack(dict(reversed(first.items())), ("*/tests/*",)).sha256


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "a\\b", "a//b"])
def test_a_wheel_that_reaches_outside_is_refused(name):
    with pytest.raises(UsageError, match="holds the file"):
        pack({"evil-1-py3-none-any.whl": _zip(**{name: b""})}, ())
    with pytest.raises(UsageError, match="no wheel"):
        pack({"evil-1-py3-none-any.whl": b"nonsense"}, ())


def test_wheels_that_were_fetched_before_need_no_index(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    from edgeflow.device.wheels import _cache_folder

    wanted = choose(PI, "pi")
    _cache_folder(wanted).mkdir(parents=True)
    (_cache_folder(wanted) / "a-1-py3-none-any.whl").write_bytes(b"kept")
    assert fetch(wanted) == {"a-1-py3-none-any.whl": b"kept"}
