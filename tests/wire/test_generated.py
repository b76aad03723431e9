"""What is rendered from protocol.toml is committed as rendered."""

from pathlib import Path

import pytest

from edgeflow.wire import gen

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", gen.OUTPUTS.values())
def test_the_committed_file_is_what_the_protocol_renders(path):
    assert (ROOT / path).read_text(encoding="utf-8") == gen.render(ROOT)[path], "run python -m edgeflow.wire.gen"


def test_a_rendered_file_says_so_in_its_first_line():
    for path in gen.OUTPUTS.values():
        assert "runtime/protocol.toml" in (ROOT / path).read_text(encoding="utf-8").splitlines()[0]
