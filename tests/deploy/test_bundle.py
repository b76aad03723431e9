import json
from pathlib import Path

import pytest

from edgeflow.deploy.bundle import check_bundle_name, make_bundle, manifest_json
from edgeflow.errors import UsageError
from edgeflow.model.read import load_model

DATA = Path(__file__).parents[1] / "data"


def test_the_name_is_the_files_stem_in_lower_case(tmp_path):
    path = tmp_path / "My-Model.v2.tflite"
    path.write_bytes((DATA / "sine_int8.tflite").read_bytes())
    assert make_bundle(load_model(path)).name == "my-model.v2"
    assert make_bundle(load_model(path), name="other").name == "other"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        ".hidden",
        "a b",
        "A",
        "x" * 65,
        "$(id)",
        "a;b",
        "-\n",
        "ä",
        "agent",
        "litert",
        "venv",
    ],
)
def test_names_that_could_leave_their_folder_are_refused(name):
    with pytest.raises(UsageError):
        check_bundle_name(name)


@pytest.mark.parametrize("version", [-1, 2**31])
def test_versions_out_of_range_are_refused(version):
    with pytest.raises(UsageError):
        make_bundle(load_model(DATA / "sine_int8.tflite"), version=version)


def test_the_manifest_lists_every_file_with_its_digest():
    bundle = make_bundle(load_model(DATA / "sine_int8.tflite"), version=3, target="raspberry-pi-4")
    manifest = json.loads(manifest_json(bundle))
    assert set(manifest) == {"schema", "name", "version", "created", "target", "runtime_min", "files", "golden"}
    assert (manifest["schema"], manifest["name"], manifest["version"]) == (1, "sine_int8", 3)
    assert manifest["files"] == [
        {"path": "model.tflite", "sha256": bundle.model.sha256, "bytes": (DATA / "sine_int8.tflite").stat().st_size}
    ]
