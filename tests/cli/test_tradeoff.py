"""`convert --verify`: several recipes in one table, the best marked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow.cli import main
from edgeflow.pipeline import tradeoff as weighing
from tests.schemas import check_answer


@pytest.mark.parametrize(
    ("one", "other", "beats"),
    [
        ((10, -0.9, None), (20, -0.9, None), True),
        ((10, -0.9, None), (10, -0.9, None), False),
        ((10, -0.8, None), (20, -0.9, None), False),
        ((10, -0.9, 5.0), (10, -0.9, 6.0), True),
        ((10, -0.9, 7.0), (20, -0.9, 6.0), False),
    ],
)
def test_one_beats_another_that_is_nowhere_better_and_somewhere_worse(one, other, beats: bool) -> None:
    assert weighing._beats(one, other) is beats


@pytest.mark.tensorflow
def test_convert_weighs_recipes_on_data_and_a_device(
    keras_sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    rows = np.load(keras_sources / "pixels.npz")["pixels"][:40]
    np.savez(tmp_path / "test.npz", pixels=rows, right=(rows[:, :, :4].mean((1, 2, 3)) > 0.5).astype(int))
    real = weighing.bench

    def quick(model, device):
        return real(model, device, runs=5, warmup=1, min_s=0, processes=1)

    monkeypatch.setattr(weighing, "bench", quick)
    arguments = [
        *("convert", str(keras_sources / "cnn.keras"), "-q", "none", "-q", "dynamic", "-q", "float16"),
        *("-o", str(tmp_path), "--verify", str(tmp_path / "test.npz"), "--labels", "right", "--device", "local:"),
    ]
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--json"])
    answer = json.loads(capsys.readouterr().out)
    check_answer(answer)
    assert not stop.value.code
    assert [trade["recipe"] for trade in answer["trades"]] == ["none", "dynamic", "float16"]
    assert [conversion["options"]["quantize"] for conversion in answer["conversions"]] == ["none", "dynamic", "float16"]
    assert all(trade["latency_us"] > 0 for trade in answer["trades"])
    assert answer["accuracy"]["models"][0]["kind"] == "source"
    costs = [(t["bytes"], -t["scores"]["top-1"], t["latency_us"]) for t in answer["trades"]]
    for trade, cost in zip(answer["trades"], costs, strict=True):
        beaten = any(all(a <= b for a, b in zip(c, cost, strict=True)) and c != cost for c in costs)
        assert trade["best"] is not beaten
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--max-accuracy-drop", "0"])
    shown = capsys.readouterr()
    worse = any(model["drop"] and model["drop"] > 0 for model in answer["accuracy"]["models"][1:])
    assert stop.value.code == (4 if worse else 0)
    assert "the source, top-1" in shown.out and "*" in shown.out


@pytest.mark.tensorflow
def test_a_device_that_is_not_there_leaves_its_reason(keras_sources: Path, tmp_path: Path) -> None:
    from edgeflow.errors import DeviceError
    from edgeflow.pipeline.convert import convert_all

    made = convert_all(keras_sources / "cnn.keras", ("none",), output=tmp_path)
    rows = np.load(keras_sources / "pixels.npz")["pixels"][:8]

    def absent(model, device):
        raise DeviceError(f"{device}: not reachable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "bench", absent)
        found = weighing.tradeoff(made, rows, device="local:")
    (trade,) = found.trades
    assert trade.measured.unavailable == "local:: not reachable"
    assert trade.best
    assert replace(trade, measured=None).snr_db > 80


@pytest.mark.parametrize("option", [("--labels", "y"), ("--device", "local:"), ("--max-accuracy-drop", "0.1")])
def test_options_of_verify_need_it(option, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["convert", "m.keras", *option])
    assert stop.value.code == 2
    assert "--verify" in capsys.readouterr().err
