"""A size that the model leaves free is built as the file states it."""

from pathlib import Path

from edgeflow.pipeline.generate import generate

MODEL = Path(__file__).parents[1] / "data" / "sine_any_batch_float32.tflite"


def test_inputs_and_outputs_have_their_bytes(tmp_path: Path) -> None:
    generate(MODEL, target="cortex-m4", language="aot", output=tmp_path / "project", name="m")
    header = (tmp_path / "project" / "m.h").read_text()
    for side in ("INPUT", "OUTPUT"):
        (shape,) = (line for line in header.splitlines() if line.startswith(f"#define M_{side}_0_SHAPE"))
        assert shape.endswith("{ 1, 1 }")
        assert f"#define M_{side}_0_BYTES 4\n" in header
