"""`generate --runner`: every board's projects compile, answer the link on this machine, and say what they are."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.emulator import open_qemu
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError
from edgeflow.firmware.flash import plan_flash
from edgeflow.firmware.image import elf_sizes
from edgeflow.firmware.segments import read_image
from edgeflow.generate.frameworks import FRAMEWORKS, built_image
from edgeflow.pipeline.generate_runner import generate_runner_files
from edgeflow.targets.registry import find_board, find_target, load_boards
from edgeflow.transport.address import parse_address
from edgeflow.transport.local import ProcessPipe
from edgeflow.wire import frame, message
from edgeflow.wire.constants import Command, Reset, Slots, Status

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
SINE = DATA / "sine_int8.tflite"
EVERY = [(board.name, one.name) for board in load_boards().values() for one in board.frameworks]
PROJECTS = [one for one in EVERY if one[1] != "bare-metal"]  # which links as it is
# one board of each framework, and of Arduino one of each core
RUN = ["pico/pico-sdk", "esp32-s3/esp-idf", "nucleo-l4r5zi/zephyr", "nucleo-f446re/arduino", "esp32-c3/platformio"]
STUBS = {"platformio": "arduino"}
C_FLAGS = ("-std=gnu99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-O1")
CXX_FLAGS = ("-std=gnu++17", "-Wall", "-Wextra", "-Werror", "-O1")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime with the operators of the sine model, compiled from one project for all: they have the same files."""
    folder = tmp_path_factory.mktemp("runtime")
    generate_runner_files("pico", output=folder / "p", framework="pico-sdk", model=SINE)
    sources = folder / "p" / FRAMEWORKS["pico-sdk"].sources
    paths = [path for path in sorted(sources.glob("*.c")) if path.name != "runner.c"]
    halves = [subprocess.Popen(["gcc", *C_FLAGS, "-c", *map(str, paths[at::2])], cwd=folder) for at in range(2)]
    assert [half.wait(280) for half in halves] == [0, 0]
    return folder


def own_file(folder: Path, framework: str) -> list[str]:
    """How the file that knows the board is given to a compiler."""
    path = folder / FRAMEWORKS[framework].own
    return ["-x", "c++", str(path)] if path.suffix in (".ino", ".cpp") else ["-x", "c", str(path)]


def includes(folder: Path, framework: str) -> list[str]:
    stubs = HERE / "stubs" / STUBS.get(framework, framework)
    return [f"-I{folder / FRAMEWORKS[framework].sources}", f"-I{stubs}"]


def compile_own(folder: Path, framework: str, made: Path, compiler: str = "gcc", flags: tuple[str, ...] = ()) -> None:
    own = own_file(folder, framework)
    language = CXX_FLAGS if own[1] == "c++" else C_FLAGS
    command = [compiler, *language, *flags, *includes(folder, framework), "-c", *own, "-o", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def build(folder: Path, framework: str, runtime: Path) -> Path:
    """The project as a program of this machine, its own warnings being errors."""
    compile_own(folder, framework, folder / "own.o")
    sources = folder / FRAMEWORKS[framework].sources
    for path in (path for path in sources.glob("*.[ch]") if not path.name.startswith("runner.")):
        shared = runtime / "p" / FRAMEWORKS["pico-sdk"].sources / path.name
        assert path.read_bytes().partition(b"\n")[2] == shared.read_bytes().partition(b"\n")[2]
    program = folder / "program"
    objects = [str(path) for path in (*runtime.glob("*.o"), folder / "own.o")]
    command = ["gcc", *C_FLAGS, *includes(folder, framework), str(sources / "runner.c"), *objects]
    done = subprocess.run([*command, "-o", str(program), "-lm"], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return program


@contextmanager
def session_with(program: Path) -> Iterator[Session]:
    session = Session(
        lambda: ProcessPipe([str(program)]), name="runner", peer="the runner", lossy=False, reopen=False, timeout_s=20
    )
    try:
        yield session
    finally:
        session.close()


def take_and_run(session: Session) -> None:
    """Bring the sine model and compare some of its outputs."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    uploaded = session.models.upload("sine", SINE.read_bytes())
    session.models.activate("sine", uploaded.release)
    session.open("")
    litert = Interpreter(str(SINE), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    litert.allocate_tensors()
    for value in (-128, -7, 127):
        litert.set_tensor(litert.get_input_details()[0]["index"], np.array([[value]], np.int8))
        litert.invoke()
        session.write_input(0, np.int8(value).tobytes())
        assert len(session.invoke(max_runs=3).samples) == 3
        want = litert.get_tensor(litert.get_output_details()[0]["index"])
        assert session.read_output(0) == want.tobytes()


@pytest.mark.parametrize("name", RUN)
def test_a_project_built_for_this_machine_takes_a_model_and_runs_it_as_litert_does(
    name: str, runtime: Path, tmp_path: Path
) -> None:
    board, _, framework = name.partition("/")
    done = generate_runner_files(board, output=tmp_path / "p", framework=framework, model=SINE)
    with session_with(build(tmp_path / "p", framework, runtime)) as session:
        hello = session.hello
        assert (hello.board, hello.slots) == (board, Slots.FLASH if done.slots_in_flash else Slots.RAM)
        assert hello.arena_bytes == done.arena_bytes and hello.operators == (9,)  # FULLY_CONNECTED
        take_and_run(session)
        with pytest.raises(DeviceStatusError):
            session.models.upload("other", bytes(done.slots_bytes))


@pytest.mark.parametrize("name", ["pico/pico-sdk", "esp32-s3/esp-idf"])
def test_models_in_flash_are_there_after_a_restart(
    name: str, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, _, framework = name.partition("/")
    generate_runner_files(board, output=tmp_path / "p", framework=framework, model=SINE)
    program = build(tmp_path / "p", framework, runtime)
    monkeypatch.setenv("STUB_FLASH", str(tmp_path / "flash"))
    with session_with(program) as session:
        uploaded = session.models.upload("sine", SINE.read_bytes())
        session.models.activate("sine", uploaded.release)
    with session_with(program) as session:
        assert session.models.slots()["sine"][0] == "active"
        session.open("")


@pytest.mark.parametrize("name", RUN)
def test_a_host_s_reset_restarts_the_board(name: str, runtime: Path, tmp_path: Path) -> None:
    board, _, framework = name.partition("/")
    generate_runner_files(board, output=tmp_path / "p", framework=framework, model=SINE)
    program = build(tmp_path / "p", framework, runtime)
    request = frame.encode(1, Command.RESET, message.pack_request(Command.RESET, what=Reset.DEVICE))
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stdin is not None and started.stdout is not None
        started.stdin.write(request)
        started.stdin.flush()  # and stays open: the stubs end with their input
        assert started.wait(30) == 42  # the stubs' restart
        replies = [item for item in frame.Splitter(4096).feed(started.stdout.read()) if isinstance(item, tuple)]
    assert [item[:2] for item in replies] == [(1, Status.OK)]


@pytest.mark.parametrize(("board", "framework"), PROJECTS)
def test_the_file_that_knows_the_board_compiles_for_its_core(board: str, framework: str, tmp_path: Path) -> None:
    generate_runner_files(board, output=tmp_path / "p", framework=framework, model=SINE)
    target = find_target(load_boards()[board].target)
    if target.toolchain == "arm-none-eabi-":
        language = "g++" if framework in ("arduino", "platformio") else "gcc"
        flags = (*target.cflags, f"-I{HERE / 'stubs' / 'newlib'}")
        compile_own(tmp_path / "p", framework, tmp_path / "own.o", f"arm-none-eabi-{language}", flags)
    else:
        compile_own(tmp_path / "p", framework, tmp_path / "own.o")


@pytest.mark.parametrize("board", [board for board, framework in EVERY if framework == "bare-metal"])
def test_a_bare_metal_project_links_for_the_board_with_its_own_makefile(board: str, tmp_path: Path) -> None:
    done = generate_runner_files(board, output=tmp_path / "p", framework="bare-metal", model=SINE)
    made = subprocess.run(["make", "-j2"], cwd=tmp_path / "p", capture_output=True, text=True, timeout=280)
    assert made.returncode == 0 and "warning" not in made.stderr, made.stderr
    found = find_board(board)
    image = built_image(found, tmp_path / "p")
    contents = read_image(image)
    assert contents.segments[0].address == found.flash_address and contents.bytes < 64 * 1024
    static = sum(elf_sizes(image.read_bytes())[1:])
    assert static + done.arena_bytes < found.ram[0].bytes  # the estimate is no promise too much
    for method in found.flash:
        assert plan_flash(found, find_target(found.target), image, tool=method.tool).written in method.formats


@pytest.mark.emulated
def test_the_stm32f405_project_boots_in_qemu_and_runs_a_model_as_litert_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    done = generate_runner_files("netduinoplus2", output=tmp_path / "p", model=SINE)
    subprocess.run(["make", "-j2", "EMULATED=1"], cwd=tmp_path / "p", check=True, capture_output=True, timeout=280)
    device = Device("board", parse_address("qemu:netduinoplus2/project"))
    image = tmp_path / "p/build-emulated/edgeflow_runner.elf"
    board = open_qemu(device, timeout_s=60, fresh=True, image=image)
    with Session(board.open, name="board", peer="it", lossy=True, reopen=False, timeout_s=60) as session:
        hello = session.hello
        assert (hello.board, hello.slots, hello.operators) == ("netduinoplus2", Slots.FLASH, (9,))
        assert hello.arena_bytes >= done.arena_bytes
        take_and_run(session)
    board.close()


@pytest.mark.parametrize(("board", "framework"), EVERY)
def test_only_the_operators_of_a_model_are_copied_and_all_that_they_need(
    board: str, framework: str, tmp_path: Path
) -> None:
    some = generate_runner_files(board, output=tmp_path / "some", framework=framework, model=SINE)
    every = generate_runner_files(board, output=tmp_path / "every", framework=framework)
    assert some.operators == ("FULLY_CONNECTED",) and len(every.operators) > 60
    names = {file.path.name for file in some.files}
    assert (
        "ef_fully_connected_s8.c" in names
        and "ef_conv_2d_s8.c" not in names
        and "ef_fully_connected_f32.c" not in names
    )
    assert names < {file.path.name for file in every.files}
