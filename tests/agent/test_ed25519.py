"""The agent's own Ed25519 against RFC 8032's vectors and against `cryptography`."""

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
# RFC 8032, section 7.1: public key, message, signature
VECTORS = {
    "1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    "2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    "3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
    "SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
        "2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
        "d9bef1177331a704",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors_hold_and_no_bit_of_them_may_differ(agent, name):
    verify = agent("ed25519").verify
    public, message, signature = (bytes.fromhex(text) for text in VECTORS[name])
    assert verify(public, message, signature)
    assert not verify(public, message + b"\0", signature)
    chosen = random.Random(name)
    for _ in range(8):
        at, bit = chosen.randrange(64), 1 << chosen.randrange(8)
        assert not verify(public, message, signature[:at] + bytes([signature[at] ^ bit]) + signature[at + 1 :])
        at %= 32
        assert not verify(public[:at] + bytes([public[at] ^ bit]) + public[at + 1 :], message, signature)


def test_signatures_of_the_other_implementation_hold(agent):
    verify, chosen = agent("ed25519").verify, random.Random(8032)
    for size in (0, 1, 31, 1000, 100_000):
        key = Ed25519PrivateKey.from_private_bytes(chosen.randbytes(32))
        message = chosen.randbytes(size)
        assert verify(key.public_key().public_bytes_raw(), message, key.sign(message))
        assert not verify(key.public_key().public_bytes_raw(), message + b"x", key.sign(message))


def test_a_second_spelling_of_a_signature_is_refused(agent):
    public, message, signature = (bytes.fromhex(text) for text in VECTORS["3"])
    more = (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not agent("ed25519").verify(public, message, signature[:32] + more)


@pytest.mark.parametrize(
    "public",
    [
        b"",
        bytes(31),
        b"\xff" * 32,  # y beyond the prime
        (PRIME + 1).to_bytes(32, "little"),  # 1, spelt in another way
        (1 | 1 << 255).to_bytes(32, "little"),  # x = 0 has no sign
        (2).to_bytes(32, "little"),  # no point of the curve
    ],
)
def test_what_is_no_point_is_no_key(agent, public):
    signature = bytes.fromhex(VECTORS["1"][2])
    assert not agent("ed25519").verify(public, b"", signature)
    assert not agent("ed25519").verify(bytes.fromhex(VECTORS["1"][0]), b"", signature[:63])
