"""Python environments of their own for what cannot live beside edgeflow: made once by pip, kept in the user's cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import platformdirs


def python_with(name: str, *installs: Sequence[str]) -> Path:
    """The interpreter of the environment `name`; each of `installs` is the arguments of one `pip install`.

    The name says what is in it: an environment that is there is taken as it is.
    """
    place = Path(platformdirs.user_cache_dir("edgeflow")) / "tests" / name
    if not (place / "bin/python").exists():
        new = place.with_name(f"{place.name}.{uuid.uuid4().hex}")
        try:
            subprocess.run([sys.executable, "-m", "venv", str(new)], check=True, timeout=200)
            pip = [str(new / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            for arguments in installs:
                subprocess.run([*pip, *arguments], check=True, timeout=250)
            try:
                new.rename(place)
            except OSError:  # another test process was faster
                assert (place / "bin/python").exists()
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return place / "bin/python"
