"""Signatures that dkimpy verifies, keys that are no keys, and what is wrong with a record (RFC 6376, 8463)."""

from __future__ import annotations

from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from odziv.lib.dkim import (
    BadKey,
    Finding,
    KeyRefused,
    NameRefused,
    PrivateKey,
    Signer,
    checked_name,
    generate_ed25519,
    generate_rsa,
    judge_record,
    key_text,
    kind_of,
    load_key,
    public_text,
    read_key,
    record_text,
    sign,
)

HEAD = b"From: Ana <ana@lipa.example>\r\nTo: maja@example.com\r\nSubject: Ponudba\r\nMessage-ID: <a@lipa.example>"


@cache
def keys() -> dict[str, PrivateKey]:
    return {"rsa1": generate_rsa(), "ed1": generate_ed25519()}


def signers() -> list[Signer]:
    return [Signer("lipa.example", name, key) for name, key in keys().items()]


def verified(message: bytes, number: int = 0) -> bool:
    """What dkimpy says of a signature, counted from the top."""

    def record(name: bytes, timeout: int = 5) -> bytes:
        key = keys()[name.split(b".")[0].decode()]
        return record_text(kind_of(key), public_text(key)).encode()

    try:
        return bool(dkim.DKIM(message).verify(number, dnsfunc=record))
    except dkim.DKIMException:
        return False


def test_both_kinds_of_signature_are_verified() -> None:
    signed = sign(HEAD + b"\r\n\r\nDober dan,\r\n", signers(), 1_790_000_000)
    assert signed.endswith(HEAD + b"\r\n\r\nDober dan,\r\n")
    assert verified(signed, 0) and verified(signed, 1)
    assert max(len(line) for line in signed.split(b"\r\n")) < 80


@settings(max_examples=60)
@given(st.text(alphabet=" \t\r\nač=.", max_size=60), st.text(alphabet=" \ta:č", max_size=30))
def test_any_white_space_is_canonical(body: str, subject: str) -> None:
    lines = "".join(f"{line}\r\n" for line in body.splitlines()).encode()  # SMTP knows no line without an end
    head = HEAD.replace(b"Ponudba", f"x{subject}x".encode())
    assert verified(sign(head + b"\r\n\r\n" + lines, signers()[:1], 1))


@pytest.mark.parametrize(
    "changed",
    [
        (b"Ponudba", b"Napad"),
        (b"\r\n\r\nDober", b"\r\n\r\nSlab"),
        (b"Subject: Ponudba", b"Subject: Ponudba\r\nSubject: Napad"),
        (b"From: Ana", b"From: Zlo <zlo@evil.example>\r\nFrom: Ana"),
        (b"To: maja", b"Reply-To: zlo@evil.example\r\nTo: maja"),
        (b"To: maja", b"Content-Type: text/html\r\nTo: maja"),
        (b"To: maja", b"List-Unsubscribe: <https://evil.example/>\r\nTo: maja"),
    ],
    ids=["subject", "body", "second-subject", "second-from", "reply-to", "type", "unsubscribe"],
)
def test_what_is_changed_or_added_later_breaks_it(changed: tuple[bytes, bytes]) -> None:
    signed = sign(HEAD + b"\r\n\r\nDober dan\r\n", signers(), 1)
    assert not verified(signed.replace(*changed), 0) and not verified(signed.replace(*changed), 1)


def test_equal_messages_get_equal_signatures() -> None:
    message = HEAD + b"\r\n\r\nDober dan\r\n"
    assert sign(message, signers(), 7) == sign(message, signers(), 7)
    assert sign(message, [], 7) == message


def test_a_key_is_read_as_it_was_written() -> None:
    for key in keys().values():
        again = read_key(f"\n{key_text(key)}  ")
        assert public_text(again) == public_text(load_key(key_text(key))) == public_text(key)
    old_form = generate_rsa()
    text = old_form.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    assert public_text(read_key(text)) == public_text(old_form)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: bytes = b"", old: bool = False) -> str:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL if old else serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode()


@cache
def bad_keys() -> dict[str, tuple[str, BadKey]]:
    good = key_text(keys()["rsa1"])
    public = (
        keys()["rsa1"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return {
        "nothing": (" \n", BadKey.EMPTY),
        "words": ("my key", BadKey.DAMAGED),
        "half": (good[: len(good) // 2] + "\n-----END PRIVATE KEY-----\n", BadKey.DAMAGED),
        "turned": (good.replace("A", "B"), BadKey.DAMAGED),
        "nul": (good.replace("\n", "\0\n"), BadKey.DAMAGED),
        "letters": (good.replace("M", "č"), BadKey.DAMAGED),
        "public": (public.decode(), BadKey.PUBLIC),
        "record": ("v=DKIM1; k=rsa; p=MIIBIjANBg", BadKey.PUBLIC),
        "certificate": ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", BadKey.PUBLIC),
        "locked": (pem(generate_rsa(), b"secret"), BadKey.LOCKED),
        "locked-old": (pem(generate_rsa(), b"secret", old=True), BadKey.LOCKED),
        "openssh": ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----", BadKey.OPENSSH),
        "elliptic": (pem(ec.generate_private_key(ec.SECP256R1())), BadKey.KIND),
        "weak": (_WEAK, BadKey.WEAK),
        "endless": (good + "A" * 10_000, BadKey.TOO_LONG),
    }


_WEAK = """-----BEGIN RSA PRIVATE KEY-----
MIIBOgIBAAJBAJ9Ec+WE56RHychlGqEmFjgDHkavQBl+1cHTIob83bSuYI51M9o6
iSaj9vJzw3BmMOqtY9G0Uk3A4lEWr3F0/AkCAwEAAQJAUSCGRKiRcg4bS9esW9/R
u5BjELBeX15LNiL9WHNf35ORvtaJmgmRsvU486L3X4cdmhNIJN7MP2Yuw0vZrJEc
nQIhANICMwDlpqQodWn48Q7oGR3phbBfaIFk+ElAcnAgMw0zAiEAwiWHOHMH+7/K
efsNddaKLyGh4+0QE7N53QkbOblMedMCICdfcC6H39FBIJpIqPExhJv+Dyl9CbvQ
sVgSdCIfd1LPAiBTR2XJgQ5bntlrmZUchvqfXP3klzveN45+kflruWBkoQIhALao
v9IUtC7fU27e4x5mwbtRbXP6FWXqzAmH4ufBYtHG
-----END RSA PRIVATE KEY-----"""


@pytest.mark.parametrize("name", sorted(["nothing", "words", "half", "turned", "nul", "letters", "public", "record",
    "certificate", "locked", "locked-old", "openssh", "elliptic", "weak", "endless"]))  # fmt: skip
def test_what_is_no_key_is_refused_with_the_reason(name: str) -> None:
    text, why = bad_keys()[name]
    with pytest.raises(KeyRefused) as refused:
        read_key(text)
    assert refused.value.why == why


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "-a", "a-", "a_b", "s1; d=evil.example", "s1\r\nX: y", "s1\n", "č", "a" * 64, "a b", "s1;", "*"],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    if text == "s1\n":  # white space around it is nothing
        assert checked_name(text) == "s1"
        return
    with pytest.raises(NameRefused):
        checked_name(text)


def test_a_domain_has_two_labels_and_is_no_network_address() -> None:
    assert checked_name(" Lipa.Example. ", labels=2) == "lipa.example"
    for text in ("localhost", "10.0.0.1", "com"):
        with pytest.raises(NameRefused):
            checked_name(text, labels=2)


GOOD = "p=" + "QUJD" * 60


@pytest.mark.parametrize(
    ("found", "finding"),
    [
        ([f"v=DKIM1; k=rsa; {GOOD}"], Finding.GOOD),
        ([f"{GOOD[:90]} {GOOD[90:]};"], Finding.GOOD),
        ([f"v=DKIM1;{GOOD}", "v=spf1 -all"], Finding.GOOD),
        ([f"v=DKIM1; h=sha1:sha256; s=email; t=s; n=note; {GOOD}"], Finding.GOOD),
        ([], Finding.MISSING),
        (["v=spf1 -all"], Finding.OTHER),
        (["v=DKIM1; k=rsa"], Finding.BROKEN),
        ([f"v=DKIM1, {GOOD}, p=x"], Finding.VERSION),
        ([f"v=DKIM1; {GOOD}; p=x"], Finding.BROKEN),
        ([f"v=DKIM1; {GOOD}", "v=DKIM1; p=QQ=="], Finding.SEVERAL),
        ([f"v=DKIM2; {GOOD}"], Finding.VERSION),
        ([f"v=DKIM1; k=ed25519; {GOOD}"], Finding.KIND),
        (["v=DKIM1; p="], Finding.EMPTY),
        ([f"v=DKIM1; {GOOD[:200]}"], Finding.CUT),
        (["v=DKIM1; p=QQ=="], Finding.DIFFERENT),
        (["v=DKIM1; p=ž"], Finding.DIFFERENT),
        ([f"v=DKIM1; h=sha1; {GOOD}"], Finding.HASH),
        ([f"v=DKIM1; s=tlsrpt; {GOOD}"], Finding.SERVICE),
        ([f"v=DKIM1; t=y:s; {GOOD}"], Finding.TESTING),
    ],
)
def test_it_says_what_is_wrong_with_a_record(found: list[str], finding: Finding) -> None:
    assert judge_record(found, "rsa", GOOD.removeprefix("p=")) == finding


@given(st.lists(st.text(max_size=80), max_size=3))
def test_any_record_is_judged(found: list[str]) -> None:
    assert judge_record(found, "rsa", "QUJD") in Finding
