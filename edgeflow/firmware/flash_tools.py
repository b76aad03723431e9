"""The tools that put an image on a board: where each is found, how it is installed, what its failures mean."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from dataclasses import dataclass

from edgeflow.errors import ToolchainError

_CABLE = "connect the board; is its cable one that carries data?"
_PORT = "name its port with --port; edgeflow devices list and your system's device manager show ports"


@dataclass(frozen=True)
class Failure:
    """What a line of a tool's output means: `{0}` in `message` is the pattern's first group."""

    pattern: str
    message: str
    hint: str


@dataclass(frozen=True)
class FlashTool:
    """One program. `module` is the Python package that has it as well; `failures` are tried in order."""

    program: str
    install: str
    failures: tuple[Failure, ...]
    module: str | None = None

    def command(self) -> tuple[str, ...] | None:
        """How the tool is called here, None where it is missing."""
        path = shutil.which(self.program)
        if path is not None:
            return (path,)
        if self.module and importlib.util.find_spec(self.module) is not None:
            return (sys.executable, "-m", self.module)
        return None

    def failure(self, output: str, status: int) -> ToolchainError:
        """The error for a run that ended with `status`."""
        for known in self.failures:
            if found := re.search(known.pattern, output):
                return ToolchainError(f"{self.program}: {known.message.format(*found.groups())}", known.hint)
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        told = next((line for line in reversed(lines) if re.search(r"error|fail", line, re.IGNORECASE)), None)
        told = told or (lines[-1] if lines else "no reason given")
        return ToolchainError(
            f"{self.program} failed (status {status}): {told[:300]}", "its whole output is shown with --verbose"
        )


UF2_DRIVE = "uf2"  # no program: the bootloader is a drive that the image is copied to

TOOLS: dict[str, FlashTool] = {
    "openocd": FlashTool(
        program="openocd",
        install="install OpenOCD 0.12 or newer (Debian: apt install openocd)",
        failures=(
            Failure(
                r"unable to find a matching CMSIS-DAP device|No CMSIS-DAP device found",
                "no CMSIS-DAP probe found",
                "connect the debug probe, or name it with --probe SERIAL",
            ),
            Failure(r"LIBUSB_ERROR_ACCESS", "the probe may not be used by you", "install OpenOCD's udev rules"),
            Failure(r"Error: open failed", "no ST-LINK found", _CABLE),
            Failure(
                r"Can't find (\S+\.cfg)", "it has no configuration {0}", "use OpenOCD 0.12 or newer, or another --tool"
            ),
            Failure(
                r"target voltage may be too low|Unable to connect to target|init mode failed",
                "the probe does not reach the chip",
                "check power and wires; hold reset while it connects",
            ),
            Failure(
                r"couldn't open (\S+)|no flash bank found for address (\S+)",
                "it does not take the image",
                "build the image for this board",
            ),
            Failure(r"\*\* Verify Failed", "what was written does not read back", "flash again; then suspect the chip"),
        ),
    ),
    "pyocd": FlashTool(
        program="pyocd",
        module="pyocd",
        install="pip install 'edgeflow[flash]'",
        failures=(
            Failure(r"No connected debug probes|No target device available", "no debug probe found", _CABLE),
            Failure(
                r"Target type (\S+) not recognized",
                "it does not know the target {0}",
                "update it: pip install --upgrade pyocd",
            ),
            Failure(r"No ACK received|Unable to connect", "the probe does not reach the chip", "check power and wires"),
        ),
    ),
    "esptool": FlashTool(
        program="esptool",
        module="esptool",
        install="pip install 'edgeflow[flash]'",
        failures=(
            Failure(
                r"Could not open (\S+?),? the port is busy or doesn't exist", "no port {0}, or it is in use", _PORT
            ),
            Failure(
                r"This chip is (\S+?),? not (\S+?)[.!\s]",
                "the chip is an {0}, not an {1}",
                "name the right board with --board",
            ),
            Failure(
                r"Failed to connect to (\S+?):",
                "no answer from the bootloader of {0}",
                "hold BOOT, press and let go of RESET, then let go of BOOT; try again",
            ),
        ),
    ),
    "dfu-util": FlashTool(
        program="dfu-util",
        install="install dfu-util (Debian: apt install dfu-util)",
        failures=(
            Failure(
                r"No DFU capable USB device available",
                "no board in DFU mode found",
                "hold BOOT0 high, press reset, and connect the chip's own USB",
            ),
            Failure(r"Cannot open DFU device", "the board may not be used by you", "install udev rules for 0483:df11"),
            Failure(
                r"More than one DFU capable USB device",
                "several boards are in DFU mode",
                "name one by its serial number with --probe; dfu-util --list shows them",
            ),
        ),
    ),
    "picotool": FlashTool(
        program="picotool",
        install="install picotool, or leave --tool out: the image is copied to the bootloader's drive",
        failures=(
            Failure(
                r"No accessible RP[\w/]*(?: devices)? in BOOTSEL mode",
                "no board in BOOTSEL mode found",
                "hold BOOTSEL while you plug the board in",
            ),
        ),
    ),
    "bossac": FlashTool(
        program="bossac",
        install="install Arduino's nRF52840 boards package, which brings bossac; or use --tool openocd with a probe",
        failures=(
            Failure(
                r"No device found(?: on (\S+))?",
                "no bootloader on that port",
                "press the reset button twice, and name the port that appears then with --port",
            ),
        ),
    ),
}


def find_tool(name: str) -> tuple[str, ...]:
    """How a tool is called. Raises ToolchainError that says how to install it."""
    tool = TOOLS[name]
    command = tool.command()
    if command is None:
        raise ToolchainError(f"{tool.program} is not installed", tool.install)
    return command
