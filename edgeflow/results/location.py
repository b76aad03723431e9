"""Where the result store is: a database URL."""

from __future__ import annotations

import os
from pathlib import Path

_VARIABLE = "EDGEFLOW_RESULTS"


def store_url(chosen: str | Path | None = None) -> str:
    """The URL of a store that is named by a path or URL: `chosen`, else EDGEFLOW_RESULTS, else the user's own.

    A path is an SQLite file; `postgresql://` URLs are served by psycopg. A password in a URL is best left to
    PGPASSWORD or a password file, which the driver reads itself.
    """
    named = str(chosen) if chosen is not None else os.environ.get(_VARIABLE, "")
    if "://" in named:
        scheme, _, rest = named.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else named
    path = Path(named).expanduser() if named else _user_folder() / "results.db"
    return f"sqlite:///{path.absolute()}"


def _user_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("edgeflow", appauthor=False))
