"""SSH against a real sshd on loopback."""

import hashlib
import logging
import os
import random
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.errors import DeviceError, LinkError
from edgeflow.progress import silent
from edgeflow.transport.address import Address, parse_address
from edgeflow.transport.ssh import SshTransport
from edgeflow.transport.ssh_keys import own_known_hosts
from tests.relay import relay


@pytest.fixture
def transport(ssh_device):
    with SshTransport(parse_address(ssh_device.address)) as opened:
        yield opened


@pytest.fixture
def through_relay(ssh_device, tmp_path, monkeypatch):
    """Return a function that gives an address behind a relay, with the host key known under an alias."""
    config = tmp_path / "relay_config"
    known = tmp_path / "relay_known"
    known.write_text("box " + (ssh_device.folder / "hostkey.pub").read_text())
    config.write_text(
        f"Host *\n HostKeyAlias box\n IdentityFile {ssh_device.folder}/id\n UserKnownHostsFile {known}\n"
        " IdentitiesOnly yes\n"
    )
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
    return lambda port: Address("ssh", "127.0.0.1", ssh_device.user, port)


@pytest.fixture
def marker():
    """A number that stands in no other process's command line."""
    return str(random.SystemRandom().randrange(10**7, 10**8))


def alive(marker):
    """Processes of this machine whose command line holds `marker`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if marker.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


def appeared(marker, count, within_s=20.0):
    """Whether `count` such programs are seen at some moment; between fork and exec a child counts twice."""
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if len(alive(marker)) == count:
            return True
        time.sleep(0.05)
    return False


def gone(marker):
    return appeared(marker, 0)


def test_a_command_gives_status_and_both_outputs(transport):
    done = transport.shell.run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout_s=20)
    assert (done.status, done.stdout, done.stderr) == (3, b"out\n", b"err\n")


@pytest.mark.parametrize("hostile", ["a b", "$(id)", "`id`", "; id", "'", '"', "*", "~", "a\nb", "-n", "\\", "ü", ""])
def test_arguments_arrive_as_they_are(transport, hostile):
    done = transport.shell.run(["printf", "%s", hostile], timeout_s=20)
    assert done.stdout == hostile.encode()


def test_megabytes_on_stderr_before_stdout_do_not_block(transport):
    script = "import sys\nsys.stderr.write('e' * 9000000)\nsys.stdout.write('o' * 9000000)"
    done = transport.shell.run(["python3", "-c", script], timeout_s=60)
    assert (done.status, len(done.stdout), len(done.stderr)) == (0, 9000000, 9000000)


def test_stdin_reaches_the_program_even_when_it_answers_while_reading(transport):
    data = random.Random(1).randbytes(5_000_000)
    assert transport.shell.run(["cat"], timeout_s=60, stdin=data).stdout == data


def test_a_program_that_does_not_read_its_stdin_does_not_hang(transport):
    done = transport.shell.run(["true"], timeout_s=30, stdin=bytes(8_000_000))
    assert done.status == 0


def test_a_missing_program_is_status_127(transport):
    assert transport.shell.run(["no-such-program-here"], timeout_s=20).status == 127


def test_a_killed_program_is_status_minus_one(transport):
    assert transport.shell.run(["sh", "-c", "kill -9 $$"], timeout_s=20).status == -1


def test_a_missed_deadline_kills_the_program(transport, marker):
    with pytest.raises(LinkError, match="did not end within"):
        transport.shell.run(["sleep", marker], timeout_s=0.5)
    assert gone(marker)
    assert transport.shell.run(["echo", "still here"], timeout_s=20).stdout == b"still here\n"


def test_a_pipe_carries_bytes_both_ways(transport):
    pipe = transport.shell.start(["cat"])
    data = bytes(range(256)) * 1000
    pipe.write(data, 20)
    back = b""
    while len(back) < len(data):
        back += pipe.read(65536, 20)
    assert back == data
    assert pipe.read(10, 0.05) == b""
    pipe.close()
    pipe.close()


def test_a_pipe_whose_program_ended_tells_status_and_last_words(transport, caplog):
    with caplog.at_level(logging.INFO, "edgeflow.console"):
        pipe = transport.shell.start(["sh", "-c", "echo first >&2; printf 'no \\033[31mluck' >&2; exit 9"])
        with pytest.raises(LinkError, match=r"status 9: no  ?\[31mluck"):
            while True:
                pipe.read(100, 20)
    assert "first" in caplog.messages
    assert not any("\x1b" in message for message in caplog.messages)


@pytest.mark.parametrize("way", ["send", "recv"])
def test_a_connection_that_goes_in_the_middle_of_a_call_is_a_link_error(ssh_device, monkeypatch, way):
    with SshTransport(parse_address(ssh_device.address)) as transport:
        pipe = transport.shell.start(["cat"])
        channel = pipe._channel

        def gone(*_):
            channel.transport.close()
            raise EOFError  # from the packets beneath, before anybody is told

        monkeypatch.setattr(channel, way, gone)
        with pytest.raises(LinkError, match="connection lost"):
            pipe.write(b"x", 20) if way == "send" else pipe.read(1, 20)


def test_full_stderr_of_a_pipe_does_not_block_it(transport):
    script = "import sys\nsys.stderr.write('x\\n' * 3000000)\nprint('done', flush=True)\nsys.stdin.read()"
    pipe = transport.shell.start(["python3", "-c", script])
    assert pipe.read(100, 60) == b"done\n"
    pipe.close()


def test_closing_the_transport_leaves_no_program_running(ssh_device, marker):
    with SshTransport(parse_address(ssh_device.address)) as opened:
        opened.shell.start(["sh", "-c", f"trap '' TERM; while :; do sleep 1; done; : {marker}"])
        opened.shell.start(["sh", "-c", f"cat; : {marker}"])
        assert appeared(marker, 2)
    assert gone(marker)


def test_a_dead_peer_is_noticed_by_the_deadline(ssh_device, through_relay):
    with relay(ssh_device.port) as (port, hole), SshTransport(through_relay(port)) as opened:
        pipe = opened.shell.start(["cat"])
        hole.set()
        assert pipe.read(10, 0.3) == b""
        with pytest.raises(LinkError):
            opened.shell.run(["true"], timeout_s=1)
        with pytest.raises(LinkError):
            opened.files.get("x", max_bytes=1)


def test_a_server_that_never_speaks_is_a_missed_deadline(ssh_device, through_relay):
    with socket.create_server(("127.0.0.1", 0)) as silent_server, pytest.raises(DeviceError) as caught:
        SshTransport(through_relay(silent_server.getsockname()[1]), timeout_s=1)
    assert caught.value.exit_code == 5


def test_a_server_that_speaks_something_else_is_named(through_relay):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet():
            client, _ = server.accept()
            client.sendall(b"220 mail ready\r\n" * 200)
            client.close()

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(DeviceError, match="handshake failed"):
            SshTransport(through_relay(server.getsockname()[1]), timeout_s=5)


def test_a_refused_port_is_named(through_relay):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(DeviceError, match=f"refuses connections on port {port}") as caught:
        SshTransport(through_relay(port))
    assert caught.value.exit_code == 5


def test_an_unknown_host_is_named(through_relay):
    with pytest.raises(DeviceError, match=r"no host 'no-such-host\.invalid'"):
        SshTransport(replace(through_relay(22), where="no-such-host.invalid"))


def test_a_wrong_login_is_refused_with_what_was_tried(ssh_device, tmp_path):
    config = tmp_path / "no_key"
    config.write_text(f"Host *\n UserKnownHostsFile {ssh_device.folder}/known_hosts\n IdentityFile {tmp_path}/none\n")
    with pytest.raises(DeviceError, match=r"login as .* was refused") as caught:
        SshTransport(parse_address(ssh_device.address), config=config)
    assert "ssh-copy-id" in caught.value.hint


def test_an_unknown_key_is_refused_and_can_be_accepted_by_its_fingerprint(ssh_device, tmp_path):
    config = tmp_path / "fresh"
    config.write_text(f"Host *\n UserKnownHostsFile {tmp_path}/none\n IdentityFile {ssh_device.folder}/id\n")
    address = parse_address(ssh_device.address)
    with pytest.raises(DeviceError, match="is unknown, ssh-ed25519 SHA256:") as caught:
        SshTransport(address, config=config)
    fingerprint = caught.value.hint.rpartition(" ")[2]
    SshTransport(address, config=config, accept_host_keys=[fingerprint]).close()
    assert own_known_hosts().read_text().startswith(f"[127.0.0.1]:{ssh_device.port} ssh-ed25519 ")
    SshTransport(address, config=config).close()


def test_a_changed_key_is_refused(ssh_device, tmp_path):
    other = (ssh_device.folder / "id.pub").read_text()
    (tmp_path / "known").write_text(f"[127.0.0.1]:{ssh_device.port} {other}")
    config = tmp_path / "changed"
    config.write_text(f"Host *\n UserKnownHostsFile {tmp_path}/known\n IdentityFile {ssh_device.folder}/id\n")
    with pytest.raises(DeviceError, match="has CHANGED"):
        SshTransport(parse_address(ssh_device.address), config=config)


def test_an_alias_reaches_the_device_through_two_jump_hosts(ssh_device, tmp_path):
    config = tmp_path / "jump"
    config.write_text(
        f"Host gate inner pi\n HostName 127.0.0.1\n Port {ssh_device.port}\n IdentityFile {ssh_device.folder}/id\n"
        f" UserKnownHostsFile {ssh_device.folder}/known_hosts\nHost pi\n ProxyJump gate,inner\n"
    )
    with SshTransport(parse_address("ssh://pi"), config=config) as opened:
        assert opened.shell.run(["echo", "through"], timeout_s=20).stdout == b"through\n"
        seen = opened.shell.run(["sh", "-c", 'echo "$SSH_CONNECTION"'], timeout_s=20).stdout
        assert b"127.0.0.1" in seen


def test_a_loop_of_jump_hosts_ends_with_an_error(ssh_device, tmp_path):
    config = tmp_path / "loop"
    config.write_text("Host a\n ProxyJump b\nHost b\n ProxyJump a\n")
    with pytest.raises(Exception, match="more than 8 jump hosts") as caught:
        SshTransport(parse_address("ssh://a"), config=config)
    assert getattr(caught.value, "exit_code", None) == 2


def test_a_proxy_command_carries_the_connection_and_is_reaped(ssh_device, tmp_path, marker):
    script = tmp_path / f"forward{marker}.py"
    script.write_text(
        "import socket, sys, threading\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def up():\n    while b := sys.stdin.buffer.read1(65536): s.sendall(b)\n    s.shutdown(1)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while b := s.recv(65536): sys.stdout.buffer.write(b); sys.stdout.buffer.flush()\n"
    )
    config = tmp_path / "proxy"
    config.write_text(
        f"Host *\n ProxyCommand python3 {script} %h %p\n IdentityFile {ssh_device.folder}/id\n"
        f" UserKnownHostsFile {ssh_device.folder}/known_hosts\n"
    )
    with SshTransport(parse_address(ssh_device.address), config=config) as opened:
        assert opened.shell.run(["echo", "proxied"], timeout_s=20).stdout == b"proxied\n"
        assert alive(marker)
    assert gone(marker)


def test_an_encrypted_key_asks_for_its_passphrase(ssh_device, tmp_path):
    from cryptography.hazmat.primitives import serialization as form

    private = form.load_ssh_private_key((ssh_device.folder / "id").read_bytes(), None)
    locked = private.private_bytes(
        form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.BestAvailableEncryption(b"open sesame")
    )
    (tmp_path / "locked").write_bytes(locked)
    config = tmp_path / "locked_config"
    config.write_text(f"Host *\n IdentityFile {tmp_path}/locked\n UserKnownHostsFile {ssh_device.folder}/known_hosts\n")
    asked = []
    address = parse_address(ssh_device.address)
    with SshTransport(address, config=config, ask=lambda prompt: asked.append(prompt) or "open sesame") as opened:
        assert opened.shell.run(["true"], timeout_s=20).status == 0
    assert len(asked) == 1
    assert "passphrase" in asked[0]
    with pytest.raises(DeviceError, match="refused"):
        SshTransport(address, config=config, ask=lambda prompt: None)


def test_files_come_back_as_they_went(transport, tmp_path):
    data = random.Random(2).randbytes(3_000_001)
    steps = []
    remote = str(tmp_path / "far file ' $x")
    transport.files.put(data, remote, progress=lambda stage, done, total: steps.append((done, total)))
    assert Path(remote).read_bytes() == data
    assert steps[-1] == (len(data), len(data))
    assert transport.files.get(remote, max_bytes=len(data)) == data


def test_an_upload_goes_on_where_it_broke(transport, tmp_path):
    data = random.Random(3).randbytes(2_000_000)
    local = tmp_path / "model"
    local.write_bytes(data)
    far = tmp_path / "far"
    far.write_bytes(data[:700_000] + b"garbage that a broken upload left beyond the offset" * 50_000)
    transport.files.put(local, str(far), offset=700_000, progress=silent)
    assert hashlib.sha256(far.read_bytes()).digest() == hashlib.sha256(data).digest()


def test_a_cut_connection_during_an_upload_is_a_link_error(ssh_device, through_relay, tmp_path):
    with (
        relay(ssh_device.port, cut_after=1_000_000) as (port, _),
        SshTransport(through_relay(port)) as opened,
        pytest.raises(LinkError),
    ):
        opened.files.put(bytes(5_000_000), str(tmp_path / "far"), progress=silent)
    assert (tmp_path / "far").stat().st_size < 5_000_000


def test_missing_and_oversized_files_are_device_errors(transport, tmp_path):
    with pytest.raises(DeviceError, match="no such file"):
        transport.files.get(str(tmp_path / "none"), max_bytes=10)
    (tmp_path / "big").write_bytes(bytes(11))
    with pytest.raises(DeviceError, match="11 bytes"):
        transport.files.get(str(tmp_path / "big"), max_bytes=10)
    with pytest.raises(DeviceError, match="no such file or folder"):
        transport.files.put(b"x", str(tmp_path / "none" / "x"), progress=silent)


def test_a_tilde_path_counts_from_the_home_folder(transport):
    name = f".edgeflow-test-{os.getpid()}-{time.time_ns()}"
    transport.files.put(b"home", f"~/{name}", progress=silent)
    path = Path.home() / name
    try:
        assert path.read_bytes() == b"home"
    finally:
        path.unlink()
