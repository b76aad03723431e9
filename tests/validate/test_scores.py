"""Top-k against counting by hand, and metrics of the user's own."""

from __future__ import annotations

import numpy as np
import pytest

from edgeflow.errors import UsageError
from edgeflow.validate.accuracy import load_metric, pick_output, score, top_k

SCORES = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.3, 0.3, 0.4], [0.4, 0.4, 0.2]], np.float32)


@pytest.mark.parametrize(("k", "share"), [(1, 2 / 4), (2, 3 / 4), (3, 1.0)])
def test_top_k_counts_rows_whose_class_is_among_the_largest(k: int, share: float) -> None:
    assert top_k(SCORES, np.array([1, 1, 0, 0]), k) == share


def test_of_equal_scores_the_first_wins_as_in_argmax() -> None:
    assert top_k(SCORES[3:], np.array([0]), 1) == 1
    assert top_k(SCORES[3:], np.array([1]), 1) == 0
    rng = np.random.default_rng(1)
    rows, labels = rng.integers(0, 4, (500, 10)), rng.integers(0, 10, 500)
    assert top_k(rows, labels, 1) == np.mean(rows.argmax(1) == labels)
    order = np.argsort(-rows, axis=1, kind="stable")
    assert top_k(rows, labels, 5) == np.mean((order[:, :5] == labels[:, None]).any(1))


def test_a_row_that_is_not_finite_is_wrong() -> None:
    rows = SCORES.copy()
    rows[0, 0] = np.nan
    assert top_k(rows, np.array([1, 0, 2, 0]), 3) == 3 / 4


def test_labels_may_be_scores_themselves() -> None:
    assert top_k(SCORES, np.eye(3)[[1, 0, 2, 0]], 1) == 1


@pytest.mark.parametrize(
    ("scores", "labels", "says"),
    [
        (SCORES, [3, 0, 0, 0], "label 3 for an output of 3"),
        (SCORES, [-1, 0, 0, 0], "label -1"),
        (SCORES, [0, 0], "2 labels for 4 rows"),
        (SCORES, [0.5, 0, 0, 0], "no class numbers"),
        (SCORES[:, :1], [0, 0, 0, 0], "one value"),
        (SCORES, np.eye(4), "labels of 4 values"),
    ],
)
def test_labels_that_do_not_fit_are_refused(scores, labels, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        top_k(scores, np.asarray(labels), 1)


def test_a_k_that_leaves_no_class_out_is_not_told() -> None:
    found = score({"scores": SCORES}, np.array([1, 0, 2, 0]), None, (1, 2, 5), None)
    assert found == {"top-1": 1.0, "top-2": 1.0}


def test_several_outputs_need_a_choice() -> None:
    with pytest.raises(UsageError, match="2 outputs") as caught:
        pick_output({"a": SCORES, "b": SCORES}, None)
    assert "--output: a, b" in caught.value.hint
    assert pick_output({"a": SCORES, "b": SCORES}, "b") == "b"


def test_a_metric_is_found_in_the_current_folder_and_gets_outputs_and_labels(tmp_path, monkeypatch) -> None:
    (tmp_path / "own_scoring.py").write_text(
        "def mean_gap(outputs, labels):\n    return -abs(outputs['a'] - labels).mean()\n"
        "def broken(outputs, labels):\n    return outputs['missing']\n"
        "def endless(outputs, labels):\n    return float('inf')\n"
    )
    monkeypatch.chdir(tmp_path)
    metric = load_metric("own_scoring:mean_gap")
    outputs = {"a": np.array([1.0, 2.0])}
    assert score(outputs, np.array([1.5, 2.5]), None, (1,), metric) == {"mean_gap": -0.5}
    for name, says in (("broken", "KeyError"), ("endless", "inf")):
        with pytest.raises(UsageError, match=says):
            score(outputs, None, None, (1,), load_metric(f"own_scoring:{name}"))
    for wrong in ("own_scoring:none", "no_such_module_here:f", "own_scoring", "own_scoring:__name__"):
        with pytest.raises(UsageError, match="--metric"):
            load_metric(wrong)
