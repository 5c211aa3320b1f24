"""No private key and no key material has ever been put under version control."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Written apart, so that this file does not find itself.
_MARK = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE " + rb"KEY-----\s+[A-Za-z0-9+/=]{16}")
_JWK = re.compile(rb'"(?:d|k|dp|dq|qi)"\s*:\s*"[A-Za-z0-9_-]{32,}"')
_NAME = re.compile(
    r"(^|/)(keyring\.json|first-start\.json|id_(rsa|ed25519|ecdsa)|.*\.(pem|key|p12|pfx|jks))$"
)


def suspicious(name: str, text: bytes) -> bool:
    return bool(_NAME.search(name) or _MARK.search(text) or _JWK.search(text))


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout


@pytest.fixture(scope="module", autouse=True)
def checkout() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")


def test_no_tracked_file_holds_a_private_key() -> None:
    names = git("ls-files", "-z").decode().split("\0")[:-1]
    assert names
    found = [
        name for name in names if (ROOT / name).is_file() and suspicious(name, (ROOT / name).read_bytes())
    ]
    assert found == []


def test_no_commit_ever_added_a_key_file() -> None:
    names = git("log", "--all", "--diff-filter=A", "--name-only", "--format=").decode().splitlines()
    assert [name for name in names if _NAME.search(name)] == []


def test_git_ignores_whatever_a_server_puts_into_the_key_folder() -> None:
    made = [f"keys/{name}" for name in ("keyring.json", "ES256.abc.pem", "seal.abc.key", ".lock", ".x.new")]
    assert git("check-ignore", *made).decode().split() == made


def test_the_search_finds_a_key() -> None:
    from idp.keyring import material

    assert suspicious("notes.txt", material.generate("ES256"))
    assert suspicious("jwks.json", b'{"kty":"EC","d":"' + b"a" * 43 + b'"}')
    assert suspicious("keys/keyring.json", b"")
    assert not suspicious("keys/README.md", (ROOT / "keys" / "README.md").read_bytes())
