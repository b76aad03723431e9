"""The runner's own verification against RFC 8032's vectors, the agent's, OpenSSH's and `cryptography`'s."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import random
import re
import shutil
import struct
import subprocess
import sys

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edgeflow.deploy import sshsig as host
from edgeflow.resources import runtime_dir
from edgeflow.wire.bundle import identity

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
MANIFEST = b'{"name": "kws"}\n'
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32))) for first in (0, 1))
PUBLIC = base64.b64encode(host.public_blob(KEY)).decode()
# RFC 8032, section 7.1, tests 1, 2, 3 and SHA(abc): public key, message, signature
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
        "d9bef1177331a704",
    ),
)
# encodings of the points of small order, and of others that are no points (RFC 8032, section 5.1.3)
ODD_KEYS = (
    bytes(32),
    (1).to_bytes(32, "little"),
    (1 | 1 << 255).to_bytes(32, "little"),
    (2).to_bytes(32, "little"),
    (PRIME - 1).to_bytes(32, "little"),
    PRIME.to_bytes(32, "little"),
    (PRIME + 1).to_bytes(32, "little"),
    b"\xff" * 32,
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
)


@pytest.fixture(scope="module")
def agent():
    """The agent's modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(runtime_dir()))
        yield lambda name: importlib.import_module(f"agent.{name}")
    for name in [name for name in sys.modules if name == "agent" or name.startswith("agent.")]:
        del sys.modules[name]


@pytest.fixture
def probe(signature_probe, tmp_path):
    """Run the probe: its exit status and what it says. Bytes go through files."""

    def run(what, *values):
        words = []
        for number, value in enumerate(values):
            if isinstance(value, bytes):
                (tmp_path / str(number)).write_bytes(value)
                value = str(tmp_path / str(number))
            words.append(value)
        done = subprocess.run([signature_probe, what, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr[-3000:]
        return done.returncode == 0, done.stdout.strip()

    return run


def armored(data):
    text = base64.b64encode(data).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n".encode()


def unarmored(signature):
    return base64.b64decode("".join(signature.decode().splitlines()[1:-1]))


def of_library(key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_published_vectors_hold_and_no_bit_of_them_may_differ(probe):
    chosen = random.Random(8032)
    for vector in VECTORS:
        key, message, signature = (bytes.fromhex(text) for text in vector)
        assert probe("ed25519", key, signature, message)[0]
        assert not probe("ed25519", key, signature, message + b"\0")[0]
        for _ in range(4):
            at, bit = chosen.randrange(64), 1 << chosen.randrange(8)
            altered = signature[:at] + bytes([signature[at] ^ bit]) + signature[at + 1 :]
            assert not probe("ed25519", key, altered, message)[0]
            at %= 32
            assert not probe("ed25519", key[:at] + bytes([key[at] ^ bit]) + key[at + 1 :], signature, message)[0]


def test_it_agrees_with_two_other_implementations_on_good_and_odd_signatures(probe, agent):
    verify, chosen = agent("ed25519").verify, random.Random(1)
    cases = []
    for size in (0, 1, 63, 111, 112, 128, 5000):
        private = Ed25519PrivateKey.from_private_bytes(chosen.randbytes(32))
        message = chosen.randbytes(size)
        cases.append((private.public_key().public_bytes_raw(), message, private.sign(message)))
    key, message, signature = cases[3]
    s = int.from_bytes(signature[32:], "little")
    assert all(of_library(*case) for case in cases)
    cases += [
        (key, message, signature[:32] + number.to_bytes(32, "little")) for number in (s + ORDER, 0, ORDER, ORDER - 1)
    ]
    cases += [(odd, message, signature) for odd in ODD_KEYS]
    for odd in ODD_KEYS:  # R and S of nothing: what a key of small order signs
        cases.append((odd, message, odd + bytes(32)))
        cases.append((key, message, odd + signature[32:]))
    for case in cases:
        told = probe("ed25519", case[0], case[2], case[1])[0]
        assert told == verify(*case)
        if case[0] not in ODD_KEYS and case[2][:32] not in ODD_KEYS:  # there the library is more lenient, or less
            assert told == of_library(*case)


def test_sha_512_is_that_of_the_library(probe):
    for size in (0, 1, 111, 112, 127, 128, 129, 239, 240, 1000):
        message = random.Random(size).randbytes(size)
        assert probe("sha512", message) == (True, hashlib.sha512(message).hexdigest())


def test_signatures_of_openssh_and_of_the_host_hold_and_the_key_is_told(probe, tmp_path):
    assert probe("sshsig", PUBLIC, host.sign(KEY, MANIFEST), MANIFEST) == (
        True,
        f"{PUBLIC} {host.fingerprint(host.public_blob(KEY))}",
    )
    keygen = shutil.which("ssh-keygen")
    assert keygen, "openssh-client is not installed"
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", tmp_path / "key"], check=True)
    public = (tmp_path / "key.pub").read_text().split()[1]
    for hashing in ("sha256", "sha512"):
        argv = [keygen, "-Y", "sign", "-f", tmp_path / "key", "-n", "edgeflow", "-O", f"hashalg={hashing}"]
        made = subprocess.run(argv, input=MANIFEST, capture_output=True, check=True).stdout
        assert probe("sshsig", public, made, MANIFEST)[0]
        assert probe("sshsig", public, made, MANIFEST + b" ") == (False, "does not hold")
        assert probe("sshsig", PUBLIC, made, MANIFEST) == (False, "which is not pinned here")


def test_other_purposes_kinds_and_claims_are_refused(probe, monkeypatch):
    claimed = unarmored(host.sign(OTHER, MANIFEST)).replace(host.public_blob(OTHER), host.public_blob(KEY))
    assert probe("sshsig", PUBLIC, armored(claimed), MANIFEST) == (False, "does not hold")
    monkeypatch.setattr(host, "NAMESPACE", b"git")
    assert "another purpose" in probe("sshsig", PUBLIC, host.sign(KEY, MANIFEST), MANIFEST)[1]
    monkeypatch.undo()
    monkeypatch.setattr(host, "_HASH", b"sha1")
    assert "only Ed25519 signatures" in probe("sshsig", PUBLIC, host.sign(KEY, MANIFEST), MANIFEST)[1]
    monkeypatch.undo()
    rsa = struct.pack(">I", 7) + b"ssh-rsa" + struct.pack(">I", 32) + bytes(32)
    good = host.sign(KEY, MANIFEST)
    for text in ("", "AAAA", "!", base64.b64encode(rsa).decode(), PUBLIC + "AAAA", PUBLIC[:-4]):
        assert probe("sshsig", text, good, MANIFEST) == (False, "not a public key")


def test_truncated_and_damaged_signatures_are_refused_as_by_the_agent(probe, agent):
    sshsig = agent("sshsig")
    whole = unarmored(host.sign(KEY, MANIFEST))
    reserved = whole.index(b"edgeflow") + len(b"edgeflow")  # its length, 0: no part of what is signed
    texts = [armored(whole[:size]) for size in range(0, len(whole), 3)]
    texts += [
        armored(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        for at in range(0, len(whole), 5)
        if not reserved <= at < reserved + 4
    ]
    for start in (6, 10, 14 + 11):  # version, and two lengths beyond what there is
        texts.append(armored(whole[:start] + b"\xff\xff\xff\xff" + whole[start + 4 :]))
    texts += [b"", b"\xff\xfe", b"-----BEGIN SSH SIGNATURE-----", armored(b""), armored(whole) * 20, armored(b"!")]
    texts += [armored(whole)[:-3], armored(whole).replace(b"=", b""), armored(whole).replace(b"U", b"U=", 1)]
    for text in texts:
        with pytest.raises(sshsig.SignatureError):
            sshsig.verify(MANIFEST, text, (PUBLIC,), keygen="")
        assert not probe("sshsig", PUBLIC, text, MANIFEST)[0], text


def manifest(**more):
    listed = {"path": "model.tflite", "sha256": "ab" * 32, "bytes": 5}
    return {"schema": 1, "name": "kws", "files": [listed], "golden": {"seed": 1, "deep": [[[{}]], None]}, **more}


def test_manifests_are_read_and_odd_ones_refused(probe):
    good = json.dumps(manifest())
    two = [*manifest()["files"], {"path": "a b", "sha256": "01" * 32, "executable": True}]
    assert probe("manifest", good.encode()) == (True, f"kws {identity(manifest()).hex()} model.tflite=abababab")
    told = identity(manifest(files=two)).hex()
    assert probe("manifest", json.dumps(manifest(files=two), indent=1).encode()) == (
        True,
        f"kws {told} model.tflite=abababab a b=01010101",
    )
    odd = [
        *("", "{", "[]", "null", "{}", good + "x", good[:-1], good.replace(":", ";"), good + good, good[1:]),
        *(good.replace('"kws"', text) for text in ("1", "[1]", '"a\\u0062"', '"\u00e9"', '"a\tb"', "'a'", '"a\\x"')),
        *(good.replace('"name"', text) for text in ('"n\\u0061me"', "name", '"files"')),
        *(json.dumps(manifest(**more)) for more in ({"files": {}}, {"files": [1]}, {"files": [{"path": "a"}]})),
        *(good.replace("5", text) for text in ("05", "5.", "1e", "NaN", "+5", "0x5", "--5", "Infinity", "tru")),
        good.replace('"name": "kws"', '"name": "kws", "name": "other"'),
        good.replace('"path"', '"path": "b", "path"'),
        json.dumps(manifest(files=[{"path": f"f{number}", "sha256": "00" * 32} for number in range(65)])),
        '{"name": "a", "files": [], "deep": ' + "[" * 100 + "]" * 100 + "}",
    ]
    for text in odd:
        assert probe("manifest", text.encode()) == (False, "damaged"), text
    whole = good.encode()
    for size in range(0, len(whole), 7):
        assert not probe("manifest", whole[:size])[0]
    assert re.fullmatch(r"kws [0-9a-f]{64}", probe("manifest", b'{"files":[],"name":"kws","x":-0.5e+3}')[1])
