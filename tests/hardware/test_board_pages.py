"""What a page of hardware/boards tells a user to type exists, and fits the board that it is about."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from edgeflow.cli import cli, main
from edgeflow.firmware.segments import Segment, write_hex
from edgeflow.generate.frameworks import FRAMEWORKS, choose_framework
from edgeflow.targets.registry import find_board, load_boards, load_targets

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "hardware/boards"
PAGES = sorted(path.name for path in FOLDER.glob("*.md") if path.name != "README.md")


def text(page: str) -> str:
    return (FOLDER / page).read_text(encoding="utf-8")


def boards(page: str) -> list[str]:
    line = next(line for line in text(page).splitlines() if line.startswith("Boards: "))
    return re.findall(r"`([\w-]+)`", line)


def typed(page: str) -> list[list[str]]:
    """The command lines of a page, as words."""
    blocks = re.findall(r"```sh\n(.*?)```", text(page), re.S)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_the_list_of_pages_is_whole_and_at_least_seven() -> None:
    listed = dict(re.findall(r"^\| \[([\w.-]+\.md)\]\(\1\) \| (.*) \|$", text("README.md"), re.M))
    assert sorted(listed) == PAGES and len(PAGES) >= 7
    for page, names in listed.items():
        assert re.findall(r"`([\w-]+)`", names) == [board for board in boards(page) if board in load_boards()]


def test_every_board_with_a_runner_project_has_a_page() -> None:
    described = {board for page in PAGES for board in boards(page)}
    assert described <= set(load_boards()) | set(load_targets())
    assert {board.name for board in load_boards().values() if board.frameworks} <= described


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_all_that_a_page_should_and_that_nothing_ran_on_the_board(page: str) -> None:
    parts = re.findall(r"^## (.+)$", text(page), re.M)
    assert parts == ["Wiring", "Build", "Flash", "First bench", "Checked"]
    assert re.search(r"\*\*Not\s+run on (silicon|a Pi) by us", text(page)) and "Sources: " in text(page)


@pytest.mark.parametrize("page", [*PAGES, "README.md"])
def test_every_edgeflow_command_is_understood(page: str) -> None:
    lines = [words for words in typed(page) if words[0] == "edgeflow"]
    lines += [shlex.split(found) for found in re.findall(r"`(edgeflow (?:generate|flash|check) [^`]*)`", text(page))]
    assert lines
    for words in lines:
        command = cli.get_command(click.Context(cli), words[1])
        rest = words[2:]
        assert command is not None, words
        while isinstance(command, click.Group):
            command = command.get_command(click.Context(cli), rest[0])
            assert command is not None, words
            rest = rest[1:]
        command.make_context(words[1], rest)  # raises UsageError on an option that does not exist


@pytest.mark.parametrize("page", [page for page in PAGES if page != "raspberry-pi.md"])
def test_the_commands_of_a_page_lead_from_a_model_to_a_board_that_is_not_there(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "tests/data/sine_int8.tflite", "model.tflite")

    def run(words: list[str]) -> str:
        with pytest.raises(SystemExit) as stop:
            main(words[1:])
        out, err = capfd.readouterr()
        assert int(stop.value.code or 0) == 0, (words, err)
        return out

    build: list[str] = []
    flashed = 0
    for words in typed(page):
        match words:
            case ["edgeflow", "check" | "generate", *_]:
                run(words)
                if "--runner" in words:
                    asked = words[words.index("--framework") + 1] if "--framework" in words else None
                    _, vendor = choose_framework(find_board(words[words.index("--board") + 1]), asked)
                    build = [line.format(board=vendor.board) for line in FRAMEWORKS[vendor.name].build]
            case ["edgeflow", "flash", "runner", *options]:
                _pretend_to_build(words[words.index("--board") + 1])
                out = run([*words, *([] if "--dry-run" in options else ["--dry-run"])])
                assert out.strip()
                flashed += 1
            case ["edgeflow" | "cd", *_]:
                pass
            case _:
                assert shlex.join(words) == build.pop(0)
    assert build == [] and flashed


def _pretend_to_build(name: str) -> None:
    """Leave an image of the board where its project's build would."""
    board = find_board(name)
    vendor = board.frameworks[0]
    for pattern in FRAMEWORKS[vendor.name].images[:1]:
        image = Path("runner") / pattern.format(board=vendor.board)
        image.parent.mkdir(parents=True, exist_ok=True)
        if board.flash_address is None:
            image.write_bytes(b"\xe9" + bytes(0x8000 - 1) + b"\xaa\x50" + bytes(64))
        else:
            image.write_bytes(write_hex((Segment(board.flash_address, b"image"),)))
