"""Every line of docs/converter-flags.md is run, and no flag of the installed tflite_convert is missing there."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from pathlib import Path

import pytest

from edgeflow.cli import main

pytestmark = pytest.mark.tensorflow

TEXT = (Path(__file__).parents[2] / "docs" / "converter-flags.md").read_text(encoding="utf-8")
ALLOWED, _, GONE = TEXT.partition("These are refused")
EXAMPLE = re.compile(r"^\|.* \| `([^`]+)` \|$", re.MULTILINE)
EXAMPLES = list(dict.fromkeys(EXAMPLE.findall(ALLOWED)))
REFUSED = EXAMPLE.findall(GONE)


def call(example: str, sources: Path, output: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    words = shlex.split(example)
    words = [str(sources / word) if (sources / word).exists() else word for word in words]
    if "-o" in words:
        words[words.index("-o") + 1] = str(output)
    else:
        words += ["-o", str(output)]
    with pytest.raises(SystemExit) as stopped:
        main(["convert", *words, "--json"])
    captured = capfd.readouterr()
    return int(stopped.value.code or 0), captured.out, captured.err


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_converts(
    keras_sources: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], example: str
) -> None:
    code, out, err = call(example, keras_sources, tmp_path / "m.tflite", capfd)
    assert code == 0, err
    answer = json.loads(out)
    assert (tmp_path / "m.tflite").stat().st_size == answer["model"]["bytes"]
    assert answer["errors"] or "Cosh" in str(answer["checked"]["unchecked"]) or "stateful" in example


@pytest.mark.parametrize("example", REFUSED)
def test_every_refusal_is_exit_2(
    keras_sources: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], example: str
) -> None:
    code, out, _ = call(example, keras_sources, tmp_path / "m.tflite", capfd)
    assert code == 2
    assert json.loads(out)["hint"]
    assert not list(tmp_path.iterdir())


def test_no_flag_of_the_installed_tflite_convert_is_missing() -> None:
    spec = importlib.util.find_spec("tensorflow")
    assert spec is not None and spec.submodule_search_locations
    script = Path(spec.submodule_search_locations[0]) / "lite" / "python" / "tflite_convert.py"
    flags = set(re.findall(r'^ {6}"(--\w+)",', script.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(flags) > 25
    assert {flag for flag in flags if f"`{flag}`" not in TEXT} == set()


def test_there_is_something_to_run() -> None:
    assert len(EXAMPLES) > 25
    assert len(REFUSED) == 3
