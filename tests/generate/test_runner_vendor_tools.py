"""Manifests of runner projects, read by the vendors' own tools: PlatformIO, ESP-IDF's component manager, Kconfig."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from edgeflow.pipeline.generate_runner import generate_runner
from tests.environments import python_with

_COMPONENT = """
import json, sys
from idf_component_tools.manager import ManifestManager
manifest = ManifestManager(sys.argv[1], "edgeflow").load()
print(json.dumps([str(manifest.version), {one.name: one.version for one in manifest.requirements}, manifest.license]))
"""
_KCONFIG = """
import sys, kconfiglib
kconfig = kconfiglib.Kconfig(sys.argv[1], warn_to_stderr=True)
print(kconfig.syms["EDGEFLOW_UART_BAUD"].str_value, kconfig.warnings)
"""


@pytest.fixture(scope="module")
def tools() -> Path:
    return python_with("runner-tools-1", ["platformio>=6.1,<7", "idf-component-manager>=2,<4", "kconfiglib>=14.1,<15"])


def ask(tools: Path, script: str, *arguments: Path) -> str:
    command = [str(tools), "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=arguments[0].parent)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("board", "platform"), [("nano33ble", "nordicnrf52"), ("nucleo-f446re", "ststm32"), ("esp32-s3", "espressif32")]
)
def test_platformio_reads_the_project(board: str, platform: str, tools: Path, tmp_path: Path) -> None:
    generate_runner(board, output=tmp_path / "p", framework="platformio")
    command = [str(tools), "-m", "platformio", "project", "config", "--json-output", "-d", str(tmp_path / "p")]
    environment = {
        **os.environ,
        "PLATFORMIO_CORE_DIR": str(tmp_path / "core"),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
    }
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    sections = dict(json.loads(done.stdout[done.stdout.index("[") :]))
    (name,) = (name for name in sections if name.startswith("env:"))
    options = dict(sections[name])
    assert options["platform"] in (platform, [platform])
    assert options["framework"] == ["arduino"] and "-O2" in options["build_flags"]
    assert sections["platformio"] and f"env:{options['board']}" == name


def test_the_component_manager_takes_the_component(tools: Path, tmp_path: Path) -> None:
    generate_runner("esp32-s3", output=tmp_path / "p")
    version, requirements, licence = json.loads(ask(tools, _COMPONENT, tmp_path / "p/components/edgeflow"))
    assert version and requirements == {"idf": ">=5.3"} and licence == "Apache-2.0"


@pytest.mark.parametrize(("board", "framework", "path"), [
    ("esp32-c3", "esp-idf", "components/edgeflow/Kconfig"), ("nucleo-l4r5zi", "zephyr", "Kconfig")
])  # fmt: skip
def test_kconfig_takes_the_options(board: str, framework: str, path: str, tools: Path, tmp_path: Path) -> None:
    generate_runner(board, output=tmp_path / "p", framework=framework)
    (tmp_path / "p/Kconfig.zephyr").write_text("# Zephyr's own\n")
    assert ask(tools, _KCONFIG, tmp_path / "p" / path) == "921600 []"
