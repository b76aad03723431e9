"""glibc and what C++ programs need, for another machine: Debian's packages, fetched here by apt as another one."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from edgeflow.device.deb import library_files
from edgeflow.errors import ToolchainError, UsageError
from edgeflow.progress import Progress, silent

PACKAGES = ("libc6", "libgcc-s1", "libstdc++6")
NAMES = ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6")
_RELEASE = "bookworm"  # glibc 2.36 and libstdc++ 12; ai-edge-litert 2.3 needs 2.34 and 12
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_APT_S = 600.0


def system_libraries(
    architecture: str, loader: str, own: Path | None = None, *, progress: Progress = silent
) -> dict[str, bytes]:
    """The dynamic loader and NAMES for Debian's `architecture`; with `own` from .deb files in that folder.

    Raises UsageError when `own` lacks one, ToolchainError where apt is missing or fails.
    """
    wanted = (loader, *NAMES)
    found: dict[str, bytes] = {}
    if own is not None:
        packages = {path.name: path.read_bytes() for path in sorted(own.glob(f"*_{architecture}.deb"))}
    else:
        progress("fetch", 0, None)
        packages = _fetched(architecture)
    for name, content in packages.items():
        found = library_files(content, wanted, name) | found
    missing = [name for name in wanted if name not in found]
    if missing:
        raise UsageError(
            f"{own or 'the packages'}: no {', '.join(missing)} for {architecture}",
            f"needed are the .deb files of {', '.join(PACKAGES)} for {architecture}",
        )
    return found


def _fetched(architecture: str) -> dict[str, bytes]:
    instead = f"or put the .deb files of {', '.join(PACKAGES)} ({architecture}) and the wheel into a folder: --wheels"
    if shutil.which("apt-get") is None:
        raise ToolchainError("apt-get is not installed here, which fetches Debian's glibc", f"run on Debian, {instead}")
    mirror = _mirror()
    if mirror is None:
        raise ToolchainError("apt knows no mirror of Debian here", f"run on Debian, {instead}")
    with tempfile.TemporaryDirectory(prefix="edgeflow-apt-") as name:
        folder = Path(name)
        for part in ("lists/partial", "cache/archives/partial", "debs"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(f"deb [arch={architecture} signed-by={_KEYS}] {mirror} {_RELEASE} main\n")
        options = {
            "APT::Architecture": architecture,
            "APT::Architectures": architecture,
            "APT::Sandbox::User": getpass.getuser(),
            "Debug::NoLocking": "1",
            "Dir::Etc::sourcelist": str(folder / "sources.list"),
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": str(folder / "lists"),
            "Dir::State::status": str(folder / "status"),
            "Dir::Cache": str(folder / "cache"),
        }
        apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
        for step in (["update"], ["download", *PACKAGES]):
            _run([*apt, *step], folder / "debs", instead)
        return {path.name: path.read_bytes() for path in sorted((folder / "debs").glob("*.deb"))}


def _mirror() -> str | None:
    """Where apt has Debian's packages from on this machine."""
    argv = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    match = re.search(r"^Debian (\S+)$", done.stdout, re.M)
    return match[1] if match else None


def _run(argv: list[str], folder: Path, instead: str) -> None:
    environment = dict(os.environ, LC_ALL="C")
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=_APT_S, env=environment
        )
    except subprocess.TimeoutExpired:
        raise ToolchainError(f"apt-get fetched nothing within {_APT_S:g} s", "check the connection") from None
    if done.returncode != 0:
        said = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.startswith("E: ")]
        why = said[0].removeprefix("E: ") if said else f"status {done.returncode}"
        raise ToolchainError(f"apt-get did not fetch Debian's glibc: {why}", f"check the connection, {instead}")
