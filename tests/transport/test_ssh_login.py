"""Ways to log in: an agent's key against a real sshd, passwords against a server in this process."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path

import paramiko
import pytest

from edgeflow.errors import DeviceError
from edgeflow.transport.address import Address, parse_address
from edgeflow.transport.ssh import SshTransport


class Door(paramiko.ServerInterface):
    """Lets `pi` in with the password `open`, by one method."""

    def __init__(self, method):
        self.method, self.tried = method, []

    def get_allowed_auths(self, username):
        return self.method

    def check_auth_password(self, username, password):
        self.tried.append(password)
        return paramiko.AUTH_SUCCESSFUL if (username, password) == ("pi", "open") else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username, submethods):
        return paramiko.InteractiveQuery("", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses):
        return self.check_auth_password("pi", responses[0])


@pytest.fixture(params=["password", "keyboard-interactive"])
def door(request, tmp_path, monkeypatch):
    """A server that asks for a password: (its rules, its address)."""
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = paramiko.RSAKey.generate(2048)
    rules = Door(request.param)
    listener = socket.create_server(("127.0.0.1", 0))
    servers = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                server = paramiko.Transport(listener.accept()[0])
                servers.append(server)
                server.add_server_key(key)
                server.start_server(event=threading.Event(), server=rules)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
    config = tmp_path / "config_of_ssh"
    config.write_text(f"Host *\n UserKnownHostsFile {tmp_path}/known\n IdentityFile {tmp_path}/none\n")
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
    yield rules, Address("ssh", "127.0.0.1", "pi", port)
    listener.close()
    for server in servers:
        server.close()


def test_a_password_is_asked_until_it_is_right(door):
    rules, address = door
    answers = iter(["wrong", "open"])
    prompts = []
    SshTransport(address, ask=lambda prompt: prompts.append(prompt) or next(answers)).close()
    assert rules.tried == ["wrong", "open"]
    assert len(prompts) == 2
    assert all("pi@127.0.0.1" in prompt and "assword:" in prompt for prompt in prompts)


def test_three_wrong_passwords_are_refused_and_none_is_told(door):
    rules, address = door
    with pytest.raises(DeviceError, match=r"login as 'pi' was refused \(tried: password\)") as caught:
        SshTransport(address, ask=lambda prompt: "secret")
    assert rules.tried == ["secret"] * 3
    assert "secret" not in caught.value.message + caught.value.hint


def test_without_a_person_no_password_is_tried(door):
    rules, address = door
    with pytest.raises(DeviceError, match="no terminal to ask"):
        SshTransport(address)
    assert set(rules.tried) <= {""}


def test_a_key_held_by_the_agent_logs_in(ssh_device, tmp_path, monkeypatch):
    if missing := [tool for tool in ("ssh-agent", "ssh-add") if not shutil.which(tool)]:
        pytest.skip(f"{' and '.join(missing)} not installed (openssh-client)")
    path = f"/tmp/edgeflow-agent-{os.getpid()}-{os.urandom(4).hex()}"  # a socket's path may have 107 bytes only
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.PIPE)
    try:
        agent.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
        subprocess.run(["ssh-add", "-q", str(ssh_device.folder / "id")], check=True, timeout=20)
        known = f"UserKnownHostsFile {ssh_device.folder}/known_hosts"
        config = tmp_path / "agent_config"
        config.write_text(f"Host *\n {known}\n IdentityFile {tmp_path}/none\n")
        with SshTransport(parse_address(ssh_device.address), config=config) as opened:
            assert opened.shell.run(["true"], timeout_s=20).status == 0
        config.write_text(f"Host *\n {known}\n IdentityFile {tmp_path}/none\n IdentitiesOnly yes\n")
        with pytest.raises(DeviceError, match="refused"):
            SshTransport(parse_address(ssh_device.address), config=config)
        # the agent's key counts where the configuration names it, also by its public half alone
        shutil.copy(ssh_device.folder / "id.pub", tmp_path / "wanted.pub")
        config.write_text(f"Host *\n {known}\n IdentityFile {tmp_path}/wanted\n IdentitiesOnly yes\n")
        SshTransport(parse_address(ssh_device.address), config=config).close()
    finally:
        agent.terminate()
        agent.communicate(timeout=20)
        with contextlib.suppress(FileNotFoundError):
            Path(path).unlink()
