"""Kotlin and Java compilers with what generated Android code is compiled against and run with, fetched by Maven."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

STUBS = Path(__file__).parent / "stubs"
_POM = STUBS / "java/pom.xml"
_NATIVE = "native/lib/libtensorflowlite_jni.so"


@dataclass(frozen=True)
class Jars:
    """`compiler` runs Kotlin's; `library` is Kotlin's and JUnit's; `lite` is TensorFlow Lite 2.16.1 without its native
    code, `running` its version 2.6 for a JVM, whose native code is `native`."""

    compiler: tuple[Path, ...]
    library: tuple[Path, ...]
    android: Path
    lite: tuple[Path, ...]
    running: Path
    native: Path


def unavailable_reason() -> str | None:
    """Why generated Kotlin and Java cannot be compiled here."""
    missing = [tool for tool in ("java", "javac", "mvn") if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} missing: Kotlin and Java are compiled with a JDK and what Maven fetches"
    return None


def jars() -> Jars:
    """Everything, fetched into the user's cache once."""
    name = "jvm-" + hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    place = Path(platformdirs.user_cache_dir("edgeflow")) / "tests" / name
    if not place.exists():
        new = place.with_name(f"{place.name}.{uuid.uuid4().hex}")
        try:
            command = ["mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={new}"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=270, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
            _unpack(new)
            try:
                new.rename(place)
            except OSError:  # another test process was faster
                assert place.exists()
        finally:
            shutil.rmtree(new, ignore_errors=True)
    found = {path.name: path for path in place.iterdir()}

    def starting(*names: str) -> tuple[Path, ...]:
        return tuple(path for name, path in sorted(found.items()) if name.startswith(names) and name.endswith(".jar"))

    return Jars(
        compiler=starting("kotlin", "kotlinx", "annotations"),
        library=starting("kotlin-stdlib", "kotlinx", "annotations", "junit", "hamcrest"),
        android=starting("android-all")[0],
        lite=(found["tensorflow-lite.jar"], found["tensorflow-lite-api.jar"]),
        running=starting("tflite-engine")[0],
        native=found["libtensorflowlite_jni.so"],
    )


def _unpack(place: Path) -> None:
    for archive in sorted(place.glob("*.aar")):
        with zipfile.ZipFile(archive) as opened:
            (place / (archive.name.rpartition("-")[0] + ".jar")).write_bytes(opened.read("classes.jar"))
        archive.unlink()
    (packed,) = place.glob("tflite-native-cpu-*.jar")
    with zipfile.ZipFile(packed) as opened:
        (place / "libtensorflowlite_jni.so").write_bytes(opened.read(_NATIVE))
    packed.unlink()


def path(*parts: Path | Sequence[Path]) -> str:
    """A class path."""
    flat = [[part] if isinstance(part, Path) else part for part in parts]
    return os.pathsep.join(str(one) for part in flat for one in part)


def javac(sources: Sequence[Path], classes: str, output: Path) -> str:
    """Compile Java as Android's tools would, for Java 11; the compiler's words."""
    output.mkdir(parents=True, exist_ok=True)
    listed = output.with_suffix(".sources")
    listed.write_text("\n".join(map(str, sources)))
    flags = ["-source", "11", "-target", "11", "-Xlint:all,-options,-classfile,-path"]
    return _done(["javac", *flags, "-d", str(output), "-cp", classes, f"@{listed}"])


def kotlinc(sources: Sequence[Path], classes: str, output: Path) -> str:
    """Compile Kotlin for Java 11; the compiler's words. Raises AssertionError on errors."""
    listed = output.with_suffix(".arguments")
    flags = ["-no-reflect", "-no-stdlib", "-jvm-target", "11", "-cp", classes, "-d", str(output)]
    listed.write_text("\n".join(f'"{part}"' for part in [*flags, *map(str, sources)]))
    quick = ["-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    main = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"
    return _done(["java", *quick, "-cp", path(jars().compiler), main, f"@{listed}"])


def java(classes: str, *arguments: str) -> str:
    """Run a class; what it prints."""
    return _done(["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classes, *arguments])


def _done(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout + done.stderr
