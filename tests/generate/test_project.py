"""edgeflow.toml: read, or refused with the place and the known keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeflow.errors import UsageError
from edgeflow.generate.project import Post, Pre, load_project, read_project

WHERE = Path("edgeflow.toml")


def test_pre_and_post_are_read_and_other_sections_handed_on() -> None:
    project = read_project(
        """
        schema = 1
        [model]
        path = "m.tflite"
        [pre.image]
        kind = "image"
        resize = "nearest"
        mean = [127]
        std = [127.5]
        [post.0]
        kind = "classes"
        activation = "softmax"
        labels = "labels.txt"
        top_k = 3
        threshold = 0.5
        [bench]
        runs = 10
        [budget]
        p99_us = 30000
        """,
        WHERE,
    )
    assert project.pre == {"image": Pre("image", resize="nearest", mean=(127.0,), std=(127.5,))}
    assert project.post == {"0": Post("classes", "softmax", "labels.txt", 3, 0.5)}
    assert project.tables == {"model": {"path": "m.tflite"}, "bench": {"runs": 10}, "budget": {"p99_us": 30000}}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "does not say which schema", "schema = 1"),
        ("schema = 2", "schema = 2", "schema = 1"),
        ("schema = true", "schema = True", "schema = 1"),
        ("schema = 1\nprep = 1", "unknown key 'prep' in the top level", "pre, post"),
        ("schema = 1\npre = 1", "pre is not a table", "[pre]"),
        ("schema = 1\n[pre]\nx = 1", "pre.x is not a table", "[pre.x]"),
        ("schema = 1\n[pre.x]\nkind = 'image'\nmeen = [1]", "unknown key 'meen' in [pre.x]", "mean"),
        ("schema = 1\n[post.x]\nkind = 'classes'\ntopk = 1", "unknown key 'topk' in [post.x]", "top_k"),
        ("schema = 1\n[pre.x]\nresize = 'nearest'", "kind", "correct"),
        ("schema = 1\n[pre.x]\nkind = 'picture'", "[pre.x]", "correct"),
        ("schema = 1\n[pre.x]\nkind = 'image'\nmean = ['a']", "[pre.x]", "correct"),
        ("schema = 1\n[pre.x]\nkind = 'image'\nstd = [0]", "std not 0", "correct"),
        ("schema = 1\n[pre.x]\nkind = 'image'\nmean = [nan]", "finite", "correct"),
        ("schema = 1\n[pre.x]\nkind = 'audio'\nhop = 0", "hop is 0", "1 or more"),
        ("schema = 1\n[pre.x]\nkind = 'audio'\nsample_rate = 4294967296", "sample_rate is", "1 or more"),
        ("schema = 1\n[pre.x]\nkind = 'image'\nchannels = 3", 'channels goes with kind = "audio"', "correct"),
        ("schema = 1\n[pre.x]\nkind = 'audio'\npattern = ' '", 'pattern goes with kind = "text"', "correct"),
        ("schema = 1\n[pre.x]\nkind = 'text'\nmean = [1]", "no mean and std", "leave"),
        ("schema = 1\n[post.x]\nkind = 'classes'\ntop_k = 0", "top_k is 0", "1 or more"),
        ("schema = 1\n[post.x]\nkind = 'classes'\nthreshold = inf", "not finite", "number"),
        ("schema = 1\n[post.x]\nkind = 'values'\ntop_k = 2", "go with kind", "correct"),
        ("schema = ", "not TOML", "correct"),
        ("schema = 1\n[pre.x\n", "not TOML", "correct"),
        ("schema = 1\na = " + "[" * 5000, "not TOML", "correct"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_remedy(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_project(text, WHERE)
    assert message in caught.value.message and "edgeflow.toml" in caught.value.message
    assert hint in caught.value.hint


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"schema = 1 # \xe9")
    (tmp_path / "huge.toml").write_bytes(b"#" * (1024 * 1024 + 1))
    for name, message in [
        ("latin.toml", "not UTF-8"),
        ("huge.toml", "larger"),
        ("no.toml", "no such file"),
        (".", "cannot be read"),
    ]:
        with pytest.raises(UsageError, match=message):
            load_project(tmp_path / name)
    with pytest.raises(UsageError):
        load_project("nul\0.toml")
