"""Files written whole or not at all."""

from pathlib import Path

import pytest

from edgeflow.files import write_whole


def test_a_new_file_has_the_users_usual_mode_and_an_old_one_keeps_its_own(tmp_path):
    path, plain = tmp_path / ("n" * 250), tmp_path / "plain"
    plain.touch()
    write_whole(path, b"one")
    assert path.read_bytes() == b"one" and path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    write_whole(path, b"two")
    assert path.read_bytes() == b"two" and path.stat().st_mode & 0o777 == 0o640
    assert set(tmp_path.iterdir()) == {path, plain}


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_the_callers(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "file", b"")
