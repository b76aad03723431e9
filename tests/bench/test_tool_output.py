"""Texts of benchmark_model in the forms that its builds print, and texts that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.bench.tool_output import read_tool_output
from edgeflow.errors import EdgeflowError

NEW = """INFO: STARTING!
INFO: Log parameter values verbosely: [0]
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
INFO: Initialized session in 0.855ms.
INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.
INFO: count=16 first=49060 curr=34005 min=33100 max=49060 avg=34825.1 std=3700 p5=33100 median=33900 p95=49060
INFO: Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.
INFO: count=50 first=32891 curr=33978 min=32641 max=34005 avg=33209.4 std=450 p5=32650 median=33190 p95=33990
INFO: Inference timings in us: Init: 855, First inference: 49060, Warmup (avg): 34825.1, Inference (avg): 33209.4
INFO: Memory footprint delta from the start of the tool (MB): init=0.5 overall=12.8672
INFO: Overall peak memory footprint (MB) via periodic monitoring: 13.1
"""
OLD = """STARTING!
Initialized session in 12.5ms
Running benchmark for at least 1 iterations and at least 0.5 seconds
count=3 first=200000 curr=190000 min=190000 max=200000 avg=195000 std=4000

Running benchmark for at least 50 iterations and at least 1 seconds
count=50 first=32891 curr=33978 min=32641 max=34005 avg=3.32094e+04 std=450

Peak memory footprint (MB): init=1.25 overall=9
"""
TABLE = """============================== Run Order ==============================
{head}
\t CONV_2D\t{start} 0.020\t 0.018\t 75.000%\t 75.000%\t 0.000\t 1\t[conv]:0
\t SOFTMAX\t{start} 0.007\t 0.006\t 25.000%\t 100.000%\t 0.000\t 1\t[probabilities]:1

============================== Top by Computation Time ==============================
{head}
\t CONV_2D\t{start} 0.020\t 0.018\t 75.000%\t 75.000%\t 0.000\t 1\t[conv]:0
"""
REST = "[first]\t[avg ms]\t[%]\t[cdf%]\t[mem KB]\t[times called]\t[Name]"


def test_a_new_build_tells_everything():
    found = read_tool_output(NEW, warmed_up=True)
    assert (found.runs.count, found.runs.first, found.runs.min, found.runs.max) == (50, 32891, 32641, 34005)
    assert (found.runs.mean, found.runs.std) == (33209.4, 450)
    assert (found.runs.p5, found.runs.median, found.runs.p95) == (32650, 33190, 33990)
    assert (found.warmup.count, found.init_us, found.first_us, found.delegate) == (16, 855, 49060, "xnnpack")
    assert found.memory_mb == {"init": 0.5, "overall": 12.8672, "peak": 13.1} and found.operators == ()


def test_what_an_old_build_leaves_out_is_none_and_never_zero():
    found = read_tool_output(OLD, warmed_up=True)
    assert (found.runs.mean, found.runs.p5, found.runs.median, found.runs.p95) == (33209.4, None, None, None)
    assert (found.init_us, found.first_us, found.delegate) == (12500, None, None)
    assert found.memory_mb == {"init": 1.25, "overall": 9}


def test_runs_that_all_took_the_same_are_told_by_one_number():
    found = read_tool_output("count=1 curr=2100\ncount=20 curr=1999(all same)\n", warmed_up=True)
    assert (found.runs.count, found.runs.min, found.runs.mean, found.runs.max) == (20, 1999, 1999, 1999)
    assert found.runs.std is None and found.warmup.count == 1
    alone = read_tool_output("count=4 first=9 curr=8 min=7 max=9 avg=8 std=1\n", warmed_up=False)
    assert alone.warmup is None and alone.runs.min == 7


@pytest.mark.parametrize(
    ("head", "start"), [("\t[node type]\t" + REST, ""), ("\t[node type]\t[start]\t" + REST, "0.0\t")]
)
@pytest.mark.parametrize("prefix", ["", "INFO: "])
def test_the_table_of_operators_is_read_by_its_titles(head, start, prefix):
    table = "\n".join(prefix + line for line in TABLE.format(head=head, start=start).splitlines())
    found = read_tool_output(NEW + table, warmed_up=True).operators
    assert [(row.kind, row.name, row.us) for row in found] == [
        ("CONV_2D", "[conv]:0", 18.0),
        ("SOFTMAX", "[probabilities]:1", 6.0),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "printed nothing"),
        (" \n\n", "printed nothing"),
        ("usage: frobnicate\n", "no latency; its last line: usage: frobnicate"),
        ("\x1b[31mred\x00\n", "no latency; its last line: ·"),
        ("count=0\ncount=0\n", "no latency"),
        (OLD.split("\nRunning", 2)[0] + "\ncount=3 curr=5\n", "before the measured runs"),
        ("count=1 curr=1\ncount=9 first=1 curr=1 min=5 max=1 avg=3 std=0", "cannot be"),
        ("count=1 curr=1\ncount=9 first=1 curr=1 min=-5 max=1 avg=0 std=0", "cannot be"),
        ("count=1 curr=1\ncount=9 first=nan curr=1e999 min=0 max=1e999 avg=1e999 std=0", "cannot be"),
    ],
)
def test_what_is_no_measurement_is_refused(text, said):
    with pytest.raises(EdgeflowError, match=said) as caught:
        read_tool_output(text, warmed_up=True)
    assert caught.value.exit_code == 1 and caught.value.hint


PIECES = st.sampled_from([*NEW.splitlines(), *TABLE.format(head="\t[node type]\t" + REST, start="").splitlines()])


@given(st.lists(PIECES | st.text(max_size=60), max_size=12))
def test_any_text_is_read_or_refused(lines):
    try:
        found = read_tool_output("\n".join(lines), warmed_up=True)
    except EdgeflowError:
        return
    assert found.runs.count > 0 and 0 <= found.runs.min <= found.runs.max * 1.01
