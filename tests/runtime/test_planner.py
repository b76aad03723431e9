"""The memory plan of the C runtime: equal to the host's, as tight as the peers', and without overlaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import plan_arena
from edgeflow.fit.operators import unsupported_reasons
from edgeflow.model.read import load_model, read_model
from tests.generate.chains import random_chain
from tests.runtime.graphs import random_graph
from tests.runtime.host_build import build
from tests.runtime.planned import Planned, plan_with

DATA = Path(__file__).parents[1] / "data"
ARENA = 1 << 22
RANDOM_GRAPHS = 600


@pytest.fixture(scope="session", params=["plain", "plain-m32"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("plan_report.c", request.param, tmp_path_factory)


def test_the_host_plans_what_the_runtime_plans_on_every_model(program: Path) -> None:
    models = [load_model(path) for path in sorted(DATA.glob("*.tflite"))]
    runnable = [model for model in models if not unsupported_reasons(model)]
    assert len(runnable) >= 8
    for preserve in (False, True):
        answers = plan_with(program, [(model.content, ARENA, preserve) for model in runnable])
        for model, answer in zip(runnable, answers, strict=True):
            assert answer.status == 0, (model.name, answer)
            assert _same(model.content, answer, preserve), model.name


def test_the_host_plans_what_the_runtime_plans_on_random_graphs(program: Path) -> None:
    graphs = [random_graph(np.random.default_rng([1, seed])) for seed in range(RANDOM_GRAPHS)]
    answers = plan_with(program, [(graph, ARENA, bool(seed % 3 == 0)) for seed, graph in enumerate(graphs)])
    for seed, (graph, answer) in enumerate(zip(graphs, answers, strict=True)):
        assert answer.status == 0, (seed, answer)
        assert _same(graph, answer, bool(seed % 3 == 0)), seed


def test_the_host_plans_what_the_runtime_plans_on_random_image_models(program: Path) -> None:
    chains = [random_chain(np.random.default_rng([3, seed])) for seed in range(200)]
    answers = plan_with(program, [(chain, ARENA, bool(seed % 4 == 0)) for seed, chain in enumerate(chains)])
    for seed, (chain, answer) in enumerate(zip(chains, answers, strict=True)):
        assert answer.status == 0, (seed, answer)
        assert _same(chain, answer, bool(seed % 4 == 0)), seed


def test_a_refusal_for_want_of_memory_names_what_is_enough_and_that_is_exact(program: Path) -> None:
    graphs = [random_graph(np.random.default_rng([2, seed])) for seed in range(100)]
    graphs += [path.read_bytes() for path in (DATA / "kws_int8.tflite", DATA / "ad01_int8.tflite")]
    full = plan_with(program, [(graph, ARENA, False) for graph in graphs])
    run_bytes = [answer.planned + answer.persistent for answer in full]
    refused = plan_with(program, [(g, r - 1, False) for g, r in zip(graphs, run_bytes, strict=True)])
    taken = plan_with(program, [(g, a.needed, False) for g, a in zip(graphs, full, strict=True)])
    for answer, small, enough in zip(full, refused, taken, strict=True):
        assert enough.status == 0
        assert small.status == 10  # ARENA_TOO_SMALL
        assert small.at_least or small.needed == answer.needed
        assert small.needed <= answer.needed
        assert str(small.needed) in small.text


def test_however_small_the_arena_the_refusal_names_a_lower_bound(program: Path) -> None:
    model = (DATA / "kws_int8.tflite").read_bytes()
    full = plan_with(program, [(model, ARENA, False)])[0]
    for answer in plan_with(program, [(model, arena, False) for arena in (0, 1, 15, 16, 100, 300, 500)]):
        assert answer.status == 10
        assert 0 < answer.needed <= full.needed


def test_inputs_that_are_to_be_preserved_share_memory_with_nothing(program: Path) -> None:
    graphs = [random_graph(np.random.default_rng([4, seed])) for seed in range(60)]
    for graph, answer in zip(graphs, plan_with(program, [(graph, ARENA, True) for graph in graphs]), strict=True):
        main = read_model(graph, Path("graph.tflite")).main
        offsets = dict(answer.offsets)
        for index in main.inputs:
            start, end = offsets[index], offsets[index] + main.tensors[index].bytes
            for other, offset in answer.offsets:
                assert other == index or offset >= end or offset + main.tensors[other].bytes <= start


@pytest.mark.parametrize(("name", "peer_bytes"), [("kws_int8", 16000), ("resnet8_int8", 49152), ("ad01_int8", 768)])
def test_the_plan_is_as_tight_as_the_greedy_planner_of_the_peer(program: Path, name: str, peer_bytes: int) -> None:
    model = (DATA / f"{name}.tflite").read_bytes()
    assert plan_with(program, [(model, ARENA, False)])[0].planned <= peer_bytes


def _same(content: bytes, answer: Planned, preserve: bool) -> bool:
    model = read_model(content, Path("graph.tflite"))
    plan = plan_arena(model, preserve_inputs=preserve)
    host = (plan.planned_bytes, plan.persistent_bytes, plan.total_bytes, plan.offsets, plan.exact)
    return host == (answer.planned, answer.persistent, answer.needed, answer.offsets, True)
