import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.device.book import (
    _entry_text,
    add_device,
    find_device,
    listed,
    project_book,
    read_book,
    remove_device,
    user_book,
)
from edgeflow.device.types import Device
from edgeflow.errors import TargetError, UsageError
from edgeflow.transport.address import parse_address

BOOK = """# my devices
schema = 1

[device.pi4]   # on the desk
target = "raspberry-pi-4"
address = "ssh://pi@raspberrypi.local"
base = "~/.local/share/edgeflow"
tags = ["bench", "desk"]
power = "uhubctl -a cycle -p 2"

# the small one
[device.pico]
board = "pico2"
address = "serial:///dev/ttyACM0?baud=921600"
"""


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("EDGEFLOW_DEVICE", raising=False)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")


def write(text, path=None):
    path = path or user_book()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_book_gives_its_devices():
    write(BOOK)
    pi, pico = (entry.device for entry in listed())
    assert pi == Device(
        "pi4",
        parse_address("ssh://pi@raspberrypi.local"),
        "raspberry-pi-4",
        None,
        "~/.local/share/edgeflow",
        ("bench", "desk"),
        "uhubctl -a cycle -p 2",
    )
    assert (pico.board, pico.address.baud) == ("pico2", 921600)
    assert pico.target is not None


def test_the_projects_book_wins():
    write(BOOK)
    write('schema = 1\n[device.pi4]\naddress = "ssh://other"\n', project_book())
    assert find_device("pi4").address.where == "other"
    assert find_device("pico").board == "pico2"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('schema = 1\n[device.a]\naddress = "local:"\ncolour = "red"', "known keys: address, target, board"),
        ("schema = 1\ndevices = 2", "known keys: schema, device"),
        ('schema = 2\n[device.a]\naddress = "local:"', "schema = 1"),
        ('[device.a]\naddress = "local:"', "correct"),
        ('schema = 1\n[device.a]\ntarget = "cortex-m4"', "correct"),
        ('schema = 1\n[device.a]\naddress = "http://x"', "ssh://"),
        ('schema = 1\n[device.a]\naddress = "local:"\ntarget = "no-such"', "targets"),
        ('schema = 1\n[device.a]\naddress = "local:"\ntarget = "cortex-m4"\nboard = "pico2"', "keep one"),
        ('schema = 1\n[device."../../x"]\naddress = "local:"', "letters"),
        ('schema = 1\n[device.a]\naddress = "local:"\nbase = "a\\nb"', "correct"),
        ("schema = 1\n[device.a\n", "correct"),
        ("schema = 1\ndevice = 3", "correct"),
    ],
)
def test_a_broken_book_is_one_clear_error(text, says):
    write(text)
    with pytest.raises(UsageError) as caught:
        listed()
    assert says in f"{caught.value.message} {caught.value.hint}"
    assert str(user_book()) in caught.value.message


def test_bytes_that_are_no_text_are_one_clear_error():
    user_book().parent.mkdir(parents=True)
    user_book().write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        listed()


def test_no_device_names_the_known_ones():
    write(BOOK)
    with pytest.raises(UsageError) as caught:
        find_device()
    assert "pi4, pico" in caught.value.hint
    with pytest.raises(UsageError, match="pi4, pico"):
        find_device("pi5")


def test_the_environment_names_a_default(monkeypatch):
    write(BOOK)
    monkeypatch.setenv("EDGEFLOW_DEVICE", "pico")
    assert find_device().name == "pico"
    assert find_device("pi4").name == "pi4"


def test_addresses_need_no_book():
    assert find_device("local:") == Device("local:", parse_address("local:"))
    assert find_device("ssh://pi@host:2222").target is None
    assert find_device("ssh://pi@host", target="raspberry-pi-4").target == "raspberry-pi-4"
    emulated = find_device("qemu:mps2-an386")
    assert (emulated.board, emulated.target) == ("mps2-an386", "cortex-m4")
    board = find_device("serial:///dev/ttyACM0", target="pico2")
    assert board.board == "pico2"


@pytest.mark.parametrize("address", ["serial:///dev/ttyACM0", "adb://R5"])
def test_what_cannot_be_asked_needs_a_target(address):
    with pytest.raises(UsageError, match="needs --target"):
        find_device(address)


def test_unknown_targets_and_boards_are_refused():
    with pytest.raises(TargetError):
        find_device("local:", target="no-such")
    with pytest.raises(TargetError):
        find_device("qemu:no-such")


def test_adding_keeps_the_rest_as_it_was():
    write(BOOK)
    added = Device(
        "lab.one", parse_address("ssh://10.0.0.9:2200"), "linux-arm64", None, "/srv/ef", ('q"t',), 'p "x" \\'
    )
    assert add_device(added) == user_book()
    text = user_book().read_text(encoding="utf-8")
    assert text.startswith(BOOK)
    assert find_device("lab.one") == added
    with pytest.raises(UsageError, match="already stands"):
        add_device(added)
    add_device(Device("lab.one", parse_address("local:")), overwrite=True)
    assert user_book().read_text(encoding="utf-8").startswith(BOOK)
    assert find_device("lab.one").address.scheme == "local"
    assert [path.name for path in user_book().parent.iterdir()] == ["devices.toml"]


def test_removing_leaves_the_others_and_their_comments():
    write(BOOK)
    remove_device("pi4")
    text = user_book().read_text(encoding="utf-8")
    assert "# my devices" in text
    assert "# the small one" in text
    assert "pi4" not in text
    assert "uhubctl" not in text
    assert [device.name for device in read_book(user_book())] == ["pico"]
    remove_device("pico")
    assert read_book(user_book()) == ()
    with pytest.raises(UsageError, match="unknown device"):
        remove_device("pico")


def test_a_book_in_another_form_is_not_damaged():
    text = 'schema = 1\ndevice.a = {address = "local:"}\ndevice.b = {address = "local:"}\n'
    write(text)
    with pytest.raises(UsageError, match="cannot be changed safely"):
        remove_device("a")
    assert user_book().read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", "local:", "a/b", "x" * 65, "ä", "a\nb", "$(id)"])
def test_names_that_could_harm_are_refused(name):
    with pytest.raises(UsageError):
        add_device(Device(name, parse_address("local:")))
    assert not user_book().exists()


printable = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(base=printable, tag=printable, power=printable)
def test_what_is_written_reads_back_the_same(tmp_path_factory, base, tag, power):
    path = tmp_path_factory.mktemp("book") / "devices.toml"
    device = Device("a.b", parse_address("local:"), None, None, base, (tag,), power)
    path.write_text(f"schema = 1\n{_entry_text(device)}", encoding="utf-8")
    assert read_book(path) == (device,)


def test_an_emulated_device_of_the_book_is_the_board_of_its_address():
    write('schema = 1\n[device.desk]\naddress = "qemu:mps2-an386/desk"\n')
    assert (find_device("desk").target, find_device("desk").board) == ("cortex-m4", "mps2-an386")
    assert find_device("desk", target="pico").board == "pico"
