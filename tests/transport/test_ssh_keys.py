import base64
import shutil
import subprocess

import pytest

from edgeflow.errors import DeviceError
from edgeflow.transport.ssh_keys import HostKey, known_keys, own_known_hosts, remember, verify

ADDRESS = "ssh://pi@host"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path


def key(blob=b"\x00\x00\x00\x0bssh-ed25519 one"):
    return HostKey("ssh-ed25519", blob)


def line(name, the_key):
    return f"{name} {the_key.kind} {base64.b64encode(the_key.blob).decode()}\n"


def test_fingerprint_is_what_ssh_keygen_prints(tmp_path):
    if not (keygen := shutil.which("ssh-keygen")):
        pytest.skip("ssh-keygen is not installed")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "k"], check=True)
    kind, blob = (tmp_path / "k.pub").read_text().split()[:2]
    printed = subprocess.run([keygen, "-lf", tmp_path / "k.pub"], check=True, capture_output=True, text=True).stdout
    assert HostKey(kind, base64.b64decode(blob)).fingerprint == printed.split()[1]
    # and the hashed form that ssh-keygen -H writes is read
    known = tmp_path / "known"
    known.write_text(f"[10.0.0.1]:2200,other {kind} {blob}\n")
    subprocess.run([keygen, "-q", "-H", "-f", known], check=True, capture_output=True)
    assert "|1|" in known.read_text()
    assert len(known_keys("[10.0.0.1]:2200", [known])) == 1
    assert known_keys("10.0.0.1", [known]) == []


@pytest.mark.parametrize(
    ("patterns", "name", "hit"),
    [
        ("host", "host", True),
        ("HOST", "host", True),
        ("a,host", "host", True),
        ("*.lan", "pi.lan", True),
        ("*.lan,!pi.lan", "pi.lan", False),
        ("[host]:22", "host", False),
        ("[host]:2200", "[host]:2200", True),
        ("h?st", "host", True),
        ("|1|broken", "host", False),
    ],
)
def test_patterns_match_as_openssh_matches_them(tmp_path, patterns, name, hit):
    (tmp_path / "known").write_text(line(patterns, key()))
    assert bool(known_keys(name, [tmp_path / "known"])) is hit


def test_an_unknown_key_names_the_fingerprint_and_the_command():
    with pytest.raises(DeviceError) as caught:
        verify("host", ADDRESS, key(), [])
    assert caught.value.exit_code == 5
    assert key().fingerprint in caught.value.message
    assert f"edgeflow devices add NAME {ADDRESS} --accept-host-key {key().fingerprint}" in caught.value.hint
    assert not own_known_hosts().exists()


def test_a_changed_key_says_so_and_where_the_old_one_stands(tmp_path):
    (tmp_path / "known").write_text("# comment\n" + line("host", key(b"other")))
    with pytest.raises(DeviceError, match=r"CHANGED.*known:2"):
        verify("host", ADDRESS, key(), [tmp_path / "known"])


def test_a_revoked_key_is_refused_even_when_it_is_known_and_accepted(tmp_path):
    (tmp_path / "known").write_text(line("host", key()) + "@revoked " + line("*", key()))
    with pytest.raises(DeviceError, match="revoked"):
        verify("host", ADDRESS, key(), [tmp_path / "known"], accepted=[key().fingerprint])


def test_an_accepted_key_is_recorded_once_and_replaces_an_older_one():
    remember("host", key(b"old"))
    remember("other", key(b"others"))
    learnt = verify("host", ADDRESS, key(), [], accepted=[key().fingerprint])
    assert learnt is not None
    assert key().fingerprint in learnt
    assert verify("host", ADDRESS, key(), []) is None
    assert [entry.key.blob for entry in known_keys("host", [own_known_hosts()])] == [key().blob]
    assert len(known_keys("other", [own_known_hosts()])) == 1
    assert [path.name for path in own_known_hosts().parent.iterdir()] == ["known_hosts"]


def test_accepting_another_fingerprint_accepts_nothing():
    with pytest.raises(DeviceError, match="not SHA256:wrong"):
        verify("host", ADDRESS, key(), [], accepted=["SHA256:wrong"])
    assert not own_known_hosts().exists()


def test_garbage_lines_are_passed_over(tmp_path):
    (tmp_path / "known").write_bytes(
        b"\xff\xfe\n@cert-authority\nhost ssh-ed25519\nhost x !!!\n" + line("host", key()).encode()
    )
    assert verify("host", ADDRESS, key(), [tmp_path / "known", tmp_path / "absent"]) is None
