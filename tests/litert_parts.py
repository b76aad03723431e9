"""What `devices provision PHONE --wheels DIR` takes, made of this machine's own LiteRT and glibc: no network."""

from __future__ import annotations

import importlib.util
import io
import platform
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

from edgeflow.device.litert_bundle import LIBRARY, MACHINES
from edgeflow.device.system_libraries import NAMES

MACHINE = platform.machine()
_PLACES = (f"/lib/{MACHINE}-linux-gnu", f"/usr/lib/{MACHINE}-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib")


def library() -> Path:
    """LiteRT's own library in this Python."""
    package = importlib.util.find_spec("ai_edge_litert")
    assert package is not None and package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / LIBRARY


def parts(folder: Path) -> Path:
    """A wheel with LiteRT's library, and Debian packages with glibc and its friends, one packed by xz."""
    version = metadata.version("ai-edge-litert")
    with zipfile.ZipFile(folder / f"ai_edge_litert-{version}-cp311-cp311-manylinux_2_27_{MACHINE}.whl", "w") as wheel:
        wheel.write(library(), f"ai_edge_litert/{LIBRARY}")
    machine = MACHINES[MACHINE]
    small, large = ["libgcc_s.so.1"], [machine.loader, *(name for name in NAMES if name != "libgcc_s.so.1")]
    for package, names, packing in (("libgcc-s1", small, "xz"), ("libc6", large, "gz")):
        (folder / f"{package}_1_{machine.debian}.deb").write_bytes(deb({name: _found(name) for name in names}, packing))
    return folder


def deb(files: dict[str, bytes], packing: str = "gz") -> bytes:
    """A Debian package with these files; each also under a name that a link leads to."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=f"w:{packing}") as archive:
        for name, content in files.items():
            file = tarfile.TarInfo(f"./usr/lib/{name}.1.2.3")
            file.size = len(content)
            archive.addfile(file, io.BytesIO(content))
            link = tarfile.TarInfo(f"./usr/lib/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, f"{name}.1.2.3"
            archive.addfile(link)
    members = (
        (b"debian-binary", b"2.0\n"),
        (b"control.tar", b"odd"),
        (b"data.tar." + packing.encode(), data.getvalue()),
    )
    packed = b"!<arch>\n"
    for name, content in members:
        packed += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o100644, len(content))
        packed += content + b"\n" * (len(content) % 2)
    return packed


def _found(name: str) -> bytes:
    return next(path for path in (Path(place) / name for place in _PLACES) if path.exists()).read_bytes()
