"""Group Q (secrets) and the reliability faults of keys: nothing odd about a key file passes in silence."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp import keyring
from idp.base import secret
from idp.keyring import BrokenKeyring, marker, material, suites
from tests import keys
from tests.conftest import MovableClock

ROOT = Path(__file__).parents[2]
KINDS = pytest.mark.parametrize("kind", material.KINDS)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with keys.in_use(tmp_path / "keys") as made:
        yield made


def refused(folder: Path, path: Path) -> str:
    """Start on the folder; the message, which names ``path``. A start never adds or changes a file."""
    before = {one.name: one.lstat().st_mtime_ns for one in folder.iterdir()}
    with pytest.raises(BrokenKeyring) as stopped:
        keyring.open(folder, create=True)
    assert {one.name: one.lstat().st_mtime_ns for one in folder.iterdir()} == before
    assert str(path) in str(stopped.value)
    return str(stopped.value)


def test_q08_the_repository_brings_no_key_along() -> None:
    furniture = {".gitignore", "README.md"}
    assert {path.name for path in (ROOT / "keys").iterdir() if path.name in furniture} == furniture
    assert (ROOT / "keys" / ".gitignore").read_text().split() == ["*", "!.gitignore", "!README.md"]


def test_q08_two_new_servers_share_no_secret(tmp_path: Path) -> None:
    found = []
    for name in ("one", "other"):
        with keys.configured(tmp_path / name):
            keyring.open(tmp_path / name, create=True)
            found.append(
                {keyring.derive("web face"), *(path.read_bytes() for path in (tmp_path / name).glob("*.*.*"))}
            )
    assert not found[0] & found[1]


@KINDS
def test_q08_an_empty_key_is_refused(folder: Path, kind: str) -> None:
    path = keys.file_of(folder, kind)
    path.write_bytes(b"")
    refused(folder, path)


@pytest.mark.parametrize("text", ["A" * 43, "changeme", "0" * 64, secret.b64url(b"\0" * 32)])
def test_q08_a_sample_key_is_refused(folder: Path, text: str) -> None:
    path = keys.file_of(folder, "web")
    path.write_text(text + "\n")
    refused(folder, path)


@KINDS
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o606, 0o601, 0o200])
def test_q09_a_key_that_others_can_read_is_refused(folder: Path, kind: str, mode: int) -> None:
    path = keys.file_of(folder, kind)
    path.chmod(mode)
    assert f"has mode {mode:04o}, must be 0600" in refused(folder, path)


def test_q09_a_marker_that_others_can_write_is_refused(folder: Path) -> None:
    (folder / marker.NAME).chmod(0o666)
    refused(folder, folder / marker.NAME)


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o770, 0o701])
def test_q09_a_folder_that_others_can_enter_is_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(BrokenKeyring, match=f"{folder}: has mode {mode:04o}, must be 0700"):
        keyring.open(folder, create=False)


def test_q09_a_folder_others_could_exchange_is_refused(folder: Path) -> None:
    folder.parent.chmod(0o777)
    try:
        with pytest.raises(BrokenKeyring, match=f"{folder.parent}: is writable by everybody"):
            keyring.open(folder, create=False)
        folder.parent.chmod(0o1777)
        keyring.open(folder, create=False)
    finally:
        folder.parent.chmod(0o700)


@KINDS
def test_q09_a_symbolic_link_to_a_key_is_refused(folder: Path, tmp_path: Path, kind: str) -> None:
    path = keys.file_of(folder, kind)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    refused(folder, path)


def test_q09_a_symbolic_link_to_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(BrokenKeyring, match=f"{link}: is not a folder"):
        keyring.open(link, create=True)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_q09_what_is_no_file_is_refused_at_once(folder: Path, make: type[os.PathLike[str]]) -> None:
    path = keys.file_of(folder, "seal")
    path.unlink()
    make(path, 0o600)  # type: ignore[call-arg]
    refused(folder, path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_q09_a_key_of_another_user_is_refused(folder: Path) -> None:
    path = keys.file_of(folder, "ES256")
    os.chown(path, 65534, -1)
    assert "belongs to user 65534" in refused(folder, path)


@KINDS
def test_r40_a_missing_key_stops_the_start(folder: Path, kind: str) -> None:
    path = keys.file_of(folder, kind)
    path.unlink()
    assert "is missing" in refused(folder, path)


def test_r40_a_missing_marker_stops_the_start(folder: Path) -> None:
    (folder / marker.NAME).unlink()
    refused(folder, folder / marker.NAME)


@KINDS
def test_r40_a_running_server_keeps_the_keys_it_has_and_raises_an_alarm(
    folder: Path, time_travel: MovableClock, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    token, box, published = keyring.sign({"a": 1}), keyring.seal(b"value", b"row"), keyring.jwks()
    path = keys.file_of(folder, kind)
    path.unlink()
    time_travel.advance(1)
    with caplog.at_level(logging.CRITICAL):
        assert keyring.verify(token, typ="JWT") == {"a": 1}
    assert keyring.unseal(box, b"row") == b"value"
    assert keyring.jwks() == published
    assert str(path) in caplog.text
    assert str(path) in keyring.broken()
    assert not path.exists()


@KINDS
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_r41_a_cut_key_stops_the_start(folder: Path, kind: str, share: float) -> None:
    path = keys.file_of(folder, kind)
    text = path.read_bytes()
    path.write_bytes(text[: int(len(text) * share)])
    refused(folder, path)


@KINDS
def test_r41_another_key_under_the_right_name_stops_the_start(folder: Path, kind: str) -> None:
    path = keys.file_of(folder, kind)
    path.write_bytes(material.generate(kind))
    assert "holds another key than its name says" in refused(folder, path)


@pytest.mark.parametrize(("one", "other"), [("ES256", "RS256"), ("seal", "token"), ("pairwise", "web")])
def test_r41_exchanged_keys_stop_the_start(folder: Path, one: str, other: str) -> None:
    first, second = keys.file_of(folder, one), keys.file_of(folder, other)
    text = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(text)
    refused(folder, first)


def test_r41_a_key_with_a_password_stops_the_start(folder: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form

    path = keys.file_of(folder, "ES256")
    key = form.load_pem_private_key(path.read_bytes(), None)
    path.write_bytes(
        key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(b"x"))
    )
    assert "holds no sound ES256 key" in refused(folder, path)


def test_r41_a_key_with_anothers_public_half_stops_the_start(folder: Path) -> None:
    """The public point lies in the file beside the private number; here it is another key's."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    path = keys.file_of(folder, "ES256")
    key = form.load_pem_private_key(path.read_bytes(), None)
    own, foreign = (
        one.public_key().public_bytes(form.Encoding.X962, form.PublicFormat.UncompressedPoint)
        for one in (key, ec.generate_private_key(ec.SECP256R1()))
    )
    der = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
    assert own in der
    path.write_bytes(pem(der.replace(own, foreign)))
    refused(folder, path)


@pytest.mark.parametrize("suite", suites.SUITES, ids=lambda suite: suite.ALG)
def test_r41_a_key_whose_signatures_do_not_verify_stops_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch, suite: suites.Suite
) -> None:
    path = keys.file_of(folder, suite.ALG)
    signer = type(suite.load(path.read_bytes()))
    monkeypatch.setattr(signer, "sign", lambda self, data: b"\1" * 64)
    assert f"holds no sound {suite.ALG} key" in refused(folder, path)


def test_r41_a_cut_marker_stops_the_start(folder: Path) -> None:
    path = folder / marker.NAME
    path.write_bytes(path.read_bytes()[:-20])
    refused(folder, path)


@pytest.mark.parametrize("mode", [0o000, 0o644])
def test_r42_an_unreadable_or_open_key_stops_the_start(folder: Path, mode: int) -> None:
    path = keys.file_of(folder, "RS256")
    path.chmod(mode)
    refused(folder, path)


def test_r42_a_key_opened_to_others_while_we_run_raises_an_alarm(
    folder: Path, time_travel: MovableClock
) -> None:
    path = keys.file_of(folder, "RS256")
    path.chmod(0o644)
    time_travel.advance(1)
    assert str(path) in keyring.broken()
    assert keyring.sign({}, alg="RS256")


def test_r43_nodes_with_different_keys_can_tell(folder: Path, tmp_path: Path) -> None:
    here = keyring.active()
    keyring.use(keyring.Keyring(folder))
    assert keyring.active() == here
    with keys.configured(tmp_path / "other"):
        keyring.open(tmp_path / "other", create=True)
        assert keyring.active() != here


def pem(der: bytes) -> bytes:
    import base64

    return b"-----BEGIN PRIVATE " + b"KEY-----\n" + base64.encodebytes(der) + b"-----END PRIVATE KEY-----\n"
