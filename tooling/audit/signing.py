"""Ed25519 keys in PEM files, and signatures over what was hashed."""

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tooling.errors import InputError, RefusedError

_CONTEXT = b"eagle-anchor 1\n"


def make_key(file: Path) -> Path:
    """Write a new private key to `file`, readable by its owner only; return the public key's file.

    Raises RefusedError if one of the two files exists.
    """
    public = file.with_name(file.name + ".pub")
    for one in (file, public):
        if one.exists():
            raise RefusedError(f"{one} exists", hint="A key is not overwritten: give another name.")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(pem)
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return public


def private_key(file: Path) -> Ed25519PrivateKey:
    """Read a private key. Raises InputError, or RefusedError if others can read it too."""
    found = _read(file, "private", serialization.load_pem_private_key, password=None)
    if not isinstance(found, Ed25519PrivateKey):
        raise InputError(f"{file}: not an Ed25519 private key", hint=_HINT)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise RefusedError(f"{file} can be read by others", hint=f"Run: chmod 600 {file}")
    return found


def public_key(file: Path) -> Ed25519PublicKey:
    """Read a public key. Raises InputError."""
    found = _read(file, "public", serialization.load_pem_public_key)
    if not isinstance(found, Ed25519PublicKey):
        raise InputError(f"{file}: not an Ed25519 public key", hint=_HINT)
    return found


def sign(key: Ed25519PrivateKey, digest: bytes) -> str:
    """Return the signature over a SHA-256 digest, 128 hex digits."""
    return key.sign(_CONTEXT + digest).hex()


def is_signed(key: Ed25519PublicKey, digest: bytes, signature: str) -> bool:
    """Tell whether the signature is the key's, over that digest."""
    try:
        key.verify(bytes.fromhex(signature), _CONTEXT + digest)
    except (InvalidSignature, ValueError):
        return False
    return True


_HINT = "Create a pair of keys with `tooling audit key FILE`."


def _read(file: Path, kind: str, load, **options: object):  # type: ignore[no-untyped-def]
    try:
        return load(file.read_bytes(), **options)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", hint=_HINT) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError(f"{file}: not a {kind} key in PEM", hint=_HINT) from error
