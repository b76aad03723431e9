"""The vendor's tools that the runner can be built with: where its files go, what each leaves to the runner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolchainError, UsageError
from edgeflow.targets.types import Board, BoardFramework

_KIB = 1024
_STM32_RECEIVE = "-DSERIAL_RX_BUFFER_SIZE=8192"  # the core's own is 64 bytes: one late reading and a byte is lost


@dataclass(frozen=True)
class Framework:
    """One such tool. Paths are below the project's folder.

    `sources` is where the runtime goes and `own` the file that knows the board; `build` are the commands, with
    `{board}`; `images` what they make, the one to flash first; `reserve_bytes` of RAM are the framework's own.
    `clock` says what a tick is and `line` how the board is reached. `ports` are folders of runtime/port that come
    along, with the board's own (its `platform`) first; where there are none, the memory is runner.c's.
    """

    name: str
    title: str
    sources: str
    own: str
    build: tuple[str, ...]
    images: tuple[str, ...]
    reserve_bytes: int
    slots_in_flash: bool
    window: int
    needs: str
    clock: str
    line: str
    ports: tuple[str, ...] = ()


_USB_OR_UART = (
    "The link is on Serial: USB where the board has it, else the UART behind its USB plug. The port may have another "
    "name than /dev/ttyACM0."
)
_MICROSECONDS = "micros(), one microsecond each"

FRAMEWORKS: dict[str, Framework] = {
    "pico-sdk": Framework(
        name="pico-sdk",
        title="the Pico SDK",
        sources="edgeflow",
        own="main.c",
        build=("cmake -B build -DCMAKE_BUILD_TYPE=Release", "cmake --build build"),
        images=("build/edgeflow_runner.uf2", "build/edgeflow_runner.elf"),
        reserve_bytes=48 * _KIB,
        slots_in_flash=True,
        window=2,
        needs="The Pico SDK 2.0 or newer with PICO_SDK_PATH set, CMake and gcc-arm-none-eabi.",
        clock="the chip's timer, one microsecond each",
        line="The link is on the board's USB.",
    ),
    "arduino": Framework(
        name="arduino",
        title="Arduino",
        sources="src",
        own="examples/edgeflow_runner/edgeflow_runner.ino",
        build=("arduino-cli compile --fqbn {board} --library . --output-dir build examples/edgeflow_runner",),
        images=(
            "build/edgeflow_runner.ino.merged.bin",
            "build/edgeflow_runner.ino.uf2",
            "build/edgeflow_runner.ino.elf",
            "build/edgeflow_runner.ino.hex",
            "build/edgeflow_runner.ino.bin",
        ),
        reserve_bytes=24 * _KIB,
        slots_in_flash=False,
        window=1,
        needs="arduino-cli, or the IDE with this folder among its libraries, and the boards package of {package}.",
        clock=_MICROSECONDS,
        line=_USB_OR_UART,
    ),
    "platformio": Framework(
        name="platformio",
        title="PlatformIO and the Arduino framework",
        sources="lib/edgeflow/src",
        own="src/main.cpp",
        build=("pio run",),
        images=(
            ".pio/build/{board}/firmware.uf2",
            ".pio/build/{board}/firmware.elf",
            ".pio/build/{board}/firmware.hex",
        ),
        reserve_bytes=24 * _KIB,
        slots_in_flash=False,
        window=1,
        needs="PlatformIO (pip install platformio); it fetches the rest.",
        clock=_MICROSECONDS,
        line=_USB_OR_UART,
    ),
    "esp-idf": Framework(
        name="esp-idf",
        title="ESP-IDF",
        sources="components/edgeflow/src",
        own="main/main.c",
        build=("idf.py set-target {board}", "idf.py build merge-bin"),
        images=("build/merged-binary.bin",),
        reserve_bytes=64 * _KIB,
        slots_in_flash=True,
        window=3,
        needs="ESP-IDF 5.3 or newer, its export.sh sourced. At least 4 MB of flash.",
        clock="esp_timer, one microsecond each",
        line="The link is on the console's UART, the connector named UART where the board has two.",
    ),
    "zephyr": Framework(
        name="zephyr",
        title="Zephyr",
        sources="src/edgeflow",
        own="src/main.c",
        build=("west build -b {board} -d build .",),
        images=("build/zephyr/zephyr.uf2", "build/zephyr/zephyr.hex", "build/zephyr/zephyr.elf"),
        reserve_bytes=40 * _KIB,
        slots_in_flash=False,
        window=3,
        needs="Zephyr 3.7 or newer with ZEPHYR_BASE set, west and its SDK.",
        clock="the kernel's cycle counter at the board's rate (32768 Hz on nRF chips: too coarse for short models)",
        line="The link is on the console's UART. The port may have another name than /dev/ttyACM0.",
    ),
    "bare-metal": Framework(
        name="bare-metal",
        title="GNU make and GCC for Arm",
        sources="edgeflow",
        own="port/bare/main.c",
        build=("make",),
        images=("build/edgeflow_runner.elf", "build/edgeflow_runner.hex"),
        reserve_bytes=28 * _KIB,
        slots_in_flash=True,
        window=4,
        needs="gcc-arm-none-eabi with newlib, and make. No vendor's package: registers are set by port/.",
        clock="a timer of the chip, at the rate in port/*/board.h",
        line="The link is on a UART of the chip at 115200 bits a second: the pins stand in board.h.",
        ports=("bare", "cortex_m"),
    ),
}

# of RAM, beside the framework's own: systems below some of Arduino's cores and Espressif's chips
SYSTEM_BYTES = dict.fromkeys(("mbed_nano", "nordicnrf52", "raspberrypi"), 72 * _KIB)
ESP_SYSTEM_BYTES = 192 * _KIB  # caches, the data of ROM and drivers, heap: static data may not have all of the SRAM
# what Arduino's cores leave to the sketch: how to restart, what to do before the line opens, flags of the build
RESTART = {"rp2040": "rp2040.reboot();", "esp32": "ESP.restart();", "espressif32": "ESP.restart();"}
RESTART_CORTEX_M = "NVIC_SystemReset();"
BEGIN = {"esp32": ("Serial.setRxBufferSize(8192);",), "espressif32": ("Serial.setRxBufferSize(8192);",)}
BUILD_FLAGS = {"stm32": (_STM32_RECEIVE,), "ststm32": (_STM32_RECEIVE,)}


def choose_framework(board: Board, asked: str | None = None) -> tuple[Framework, BoardFramework]:
    """The one asked for, or the board's usual. Raises UsageError that lists what there is."""
    names = ", ".join(one.name for one in board.frameworks)
    if not board.frameworks:
        hint = (
            f"edgeflow builds and starts it by itself: edgeflow bench MODEL --device qemu:{board.name}"
            if board.emulator
            else "edgeflow targets show BOARD tells what builds for a board"
        )
        raise UsageError(f"no runner project is generated for {board.name}", hint)
    for one in board.frameworks:
        if asked in (None, one.name):
            return FRAMEWORKS[one.name], one
    raise UsageError(f"{board.name} has no runner project for {asked}", f"its frameworks: {names}")


def built_image(board: Board, folder: Path) -> Path:
    """The image that a generated project's build has left in its folder. Raises ToolchainError."""
    for one in board.frameworks:
        for pattern in FRAMEWORKS[one.name].images:
            image = folder / pattern.format(board=one.board)
            if image.is_file():
                return image
    raise ToolchainError(
        f"{folder} holds no built image for {board.name}", "build the project there first; its README.md tells how"
    )
