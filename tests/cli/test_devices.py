"""`edgeflow devices` against a real sshd and broken surroundings."""

import json
import socket
from pathlib import Path

import jsonschema
import pytest

import edgeflow
from edgeflow.cli import main
from edgeflow.transport.loopback_sshd import loopback_sshd

SCHEMAS = Path(edgeflow.__file__).parent / "results" / "schemas"


@pytest.fixture
def run(capfd):
    """Run the command line in this process: (exit code, stdout, stderr)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        printed = capfd.readouterr()
        return stop.value.code, printed.out, printed.err

    return run


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("EDGEFLOW_DEVICE", raising=False)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")


def check(answer):
    schema = json.loads((SCHEMAS / "device.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema)


def two_lines(error, *words):
    """An error is one line of what and where, one line of what to do next; no traceback."""
    lines = error.strip().splitlines()
    assert len(lines) == 2, error
    assert lines[0].startswith("edgeflow: ")
    assert lines[1].startswith("  ")
    for word in words:
        assert word in error


def test_a_device_is_added_listed_shown_probed_and_removed(run, ssh_device, tmp_path):
    base = tmp_path / "base"
    code, out, _ = run("devices", "add", "box", ssh_device.address, "--base", base, "--tag", "desk", "--json")
    assert code == 0
    added = json.loads(out)
    check(added)
    assert added["target"] is not None
    assert added["found"]["python"]
    assert added["found"]["free_bytes"] > 0
    assert added["found"]["lacks"]  # a bare Python has no interpreter
    assert not base.exists()  # asking brings nothing there
    code, out, _ = run("devices", "list", "--json")
    assert [device["name"] for device in json.loads(out)] == ["box"]
    for device in json.loads(out):
        check(device)
    assert "box" in run("devices", "list")[1]
    code, out, _ = run("devices", "show", "box", "--json")
    check(json.loads(out))
    code, out, err = run("devices", "probe", "box")
    assert code == 1
    assert "interpreter  none" in out
    assert "missing: no interpreter" in err
    assert "edgeflow devices provision box" in err
    assert run("devices", "remove", "box")[0] == 0
    assert json.loads(run("devices", "list", "--json")[1]) == []


def test_this_machine_is_probed_with_the_python_that_runs_edgeflow(run):
    code, out, _ = run("devices", "probe", "local:", "--json")
    answer = json.loads(out)
    check(answer)
    assert answer["found"]["runtime"] == "litert"
    assert code == 0


def test_an_unknown_host_key_is_refused_then_accepted_by_fingerprint(run, sshd, tmp_path, monkeypatch):
    config = tmp_path / "ssh_config"
    config.write_text(f"Host *\n IdentityFile {sshd.folder}/id\n UserKnownHostsFile {tmp_path}/none\n")
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
    code, _, err = run("devices", "add", "box", sshd.address)
    assert code == 5
    two_lines(err, "SHA256:", "--accept-host-key")
    fingerprint = err.strip().rpartition(" ")[2]
    assert run("devices", "list", "--json")[1].strip() == "[]"
    wrong = run("devices", "add", "box", sshd.address, "--accept-host-key", "SHA256:" + "A" * 43)
    assert wrong[0] == 5
    assert run("devices", "add", "box", sshd.address, "--accept-host-key", fingerprint)[0] == 0
    assert run("devices", "probe", "box", "--json")[0] in (0, 1)


def test_a_changed_host_key_is_refused(run, sshd, tmp_path, monkeypatch):
    (tmp_path / "known").write_text(f"[127.0.0.1]:{sshd.port} " + (sshd.folder / "id.pub").read_text())
    config = tmp_path / "ssh_config"
    config.write_text(f"Host *\n IdentityFile {sshd.folder}/id\n UserKnownHostsFile {tmp_path}/known\n")
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
    code, out, err = run("devices", "probe", sshd.address, "--json")
    assert code == 5
    two_lines(err, "CHANGED")
    assert json.loads(out)["exit"] == 5
    # the command of the hint, typed as it stands, accepts the new key
    assert run("devices", "add", "NAME", sshd.address, "--no-probe")[0] == 0
    hint = json.loads(out)["hint"]
    command = hint[hint.index("edgeflow ") :].split()[1:]
    assert run(*command)[0] == 0
    assert run("devices", "probe", "NAME")[0] in (0, 1)


def test_a_wrong_login_is_refused(run, ssh_device):
    address = ssh_device.address.replace(f"{ssh_device.user}@", "nobody-here@")
    code, _, err = run("devices", "add", "box", address)
    assert code == 5
    two_lines(err, "login as 'nobody-here' was refused", "ssh-copy-id")


def test_a_refused_port_and_an_unknown_host_are_unreachable(run, ssh_device):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, _, err = run("devices", "probe", f"ssh://127.0.0.1:{port}")
    assert code == 5
    two_lines(err, "refuses connections")
    code, _, err = run("devices", "probe", "ssh://no-such-host.invalid")
    assert code == 5
    two_lines(err, "no-such-host.invalid")


def test_an_account_with_one_command_only_is_named(run, tmp_path, ssh_device, monkeypatch):
    with loopback_sshd(tmp_path / "restricted", "Match all\n  ForceCommand echo no shell here\n") as server:
        monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(server.config))
        code, _, err = run("devices", "probe", server.address)
    assert code == 5
    two_lines(err, "its shell does not answer")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("show", "nobody"), "unknown device"),
        (("add", "../x", "local:"), "cannot be a device's name"),
        (("add", "a b", "local:"), "cannot be a device's name"),
        (("add", "box", "http://host"), "ssh://"),
        (("add", "box", "ssh://a;reboot"), "cannot be the name of a host"),
        (("add", "box", "ssh://-oProxyCommand=x"), "ssh://"),
        (("add", "box", "ssh://user:secret@host"), "password"),
        (("add", "box", "local:", "--target", "no-such"), "unknown target"),
        (("add", "box", "serial:///dev/ttyACM0"), "needs --target"),
        (("remove", "nobody"), "unknown device"),
    ],
)
def test_bad_input_is_a_usage_error_of_two_lines(run, arguments, word, tmp_path):
    code, _, err = run("devices", *arguments)
    assert code == 2
    two_lines(err, word)
    assert not (tmp_path / "config").exists()


def test_a_broken_book_is_a_usage_error_that_lists_the_known_keys(run, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "devices.toml").write_text('schema = 1\n[device.a]\nadress = "local:"\n')
    code, _, err = run("devices", "list")
    assert code == 2
    two_lines(err, "'adress'", "known keys: address")


def test_a_device_can_be_written_down_without_asking_it(run):
    code, out, _ = run("devices", "add", "far", "ssh://pi@192.0.2.1", "--no-probe", "--target", "pico2", "--json")
    assert code == 0
    answer = json.loads(out)
    check(answer)
    assert (answer["board"], answer["found"]) == ("pico2", None)


def test_a_key_is_installed_once_and_beside_the_others(run, tmp_path, sshd, monkeypatch):
    home = tmp_path / "home of the account"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh/authorized_keys").write_text("ssh-ed25519 AAAA somebody else")  # no line end
    with loopback_sshd(tmp_path / "server", f'SetEnv "HOME={home}"\n') as server:
        monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(server.config))
        monkeypatch.setenv("HOME", str(tmp_path))
        for _ in range(2):
            code, out, _ = run("devices", "add", "box", server.address, "--install-key", "--force", "--json")
            assert code == 0
            check(json.loads(out))
        key = (server.folder / "id.pub").read_text().strip()
    assert json.loads(out)["notes"] == ["your public key was installed already"]
    assert (home / ".ssh/authorized_keys").read_text() == f"ssh-ed25519 AAAA somebody else\n{key}\n"
    code, _, err = run("devices", "add", "here", "local:", "--install-key")
    assert code == 2
    two_lines(err, "--install-key")
