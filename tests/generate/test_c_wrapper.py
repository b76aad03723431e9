"""C libraries of `generate --language c`: they give the golden vectors on an emulated Cortex-M4, in every form."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from c_libraries import FORMS, MODELS, WARNINGS, compile_objects, run, run_on_m4, write_library


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that has every library, by form and name."""
    folder = tmp_path_factory.mktemp("libraries")
    for name in MODELS:
        first = write_library(name, "interpreter", folder)
        if (name, "aot") in FORMS:
            library = write_library(name, "aot", folder, golden=False)
            shutil.copytree(first / "golden", library / "golden")  # the same for each form
    return folder


@pytest.mark.emulated
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_library_gives_the_golden_vectors_on_a_cortex_m4(
    name: str, form: str, libraries: Path, tmp_path: Path
) -> None:
    library = libraries / form / name
    done = run_on_m4(compile_objects(library, libraries / "objects"), tmp_path)
    counts = {line.split()[0]: tuple(map(int, re.findall(r"\d+", line))) for line in done.stdout.splitlines()}
    cases = len(MODELS[name][2])
    assert done.returncode == 0, done.stdout
    assert counts["tensors"][0] >= cases and counts["tensors"][1] == 0
    raws, wrong, exact = counts["raw"]
    assert raws >= cases and wrong == 0
    assert exact == raws or name in ("image_float32", "two_signatures"), "the same bits as LiteRT's plain kernels"
    assert counts["results"] == (cases if name not in ("multi", "two_signatures") else 0, 0)


@pytest.mark.parametrize("name", ["image_fitted", "detection"])
def test_the_self_test_touches_no_byte_that_is_not_its_own(name: str, libraries: Path, tmp_path: Path) -> None:
    library = libraries / "aot" / name
    sources = [*(library / "src").glob("*.c"), *(library / "golden").glob("*.c")]
    sanitizers = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    flags = [*WARNINGS, *sanitizers, f"-I{library / 'src'}", f"-I{library / 'golden'}"]
    run(["gcc", *flags, *map(str, sources), "-lm", "-o", str(tmp_path / "selftest")])
    assert "tensors" in run([str(tmp_path / "selftest")])
