"""go-oidc: the client most Go portals use, as Debian packages it."""

import base64
import hashlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interop.browserless import Browser
from tests.interop.portal import Portal
from tests.interop.program import running

_PACKAGES = ("golang-go", "golang-github-coreos-go-oidc-dev", "golang-golang-x-oauth2-dev")
_LIBRARIES = Path("/usr/share/gocode")
_HERE = shutil.which("go") and (_LIBRARIES / "src/github.com/coreos/go-oidc").is_dir()
_HOW = "no Go with go-oidc: sudo apt-get install " + " ".join(_PACKAGES)

pytestmark = pytest.mark.skipif(not _HERE, reason=_HOW)


@pytest.fixture(scope="module")
def program_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portal's program, compiled."""
    built = tmp_path_factory.mktemp("go") / "portal"
    cache = Path(__file__).parents[2] / "var" / "go"
    environment = {"GO111MODULE": "off", "GOPATH": str(_LIBRARIES), "GOCACHE": str(cache), "GOFLAGS": ""}
    command = ["go", "build", "-o", str(built), "."]
    subprocess.run(command, cwd=Path(__file__).parent / "go", env={**os.environ, **environment}, check=True)
    return built


def test_go_oidc_logs_in_refreshes_reads_claims_and_logs_out(
    secured_portals: dict[str, Portal], program_file: Path
) -> None:
    portal, browser = secured_portals["go"], Browser()
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with running([str(program_file)], program_file.parent, SSL_CERT_FILE=portal.authority) as program:
        asked = program.begin(portal, verifier=verifier, challenge=challenge)
        held = program.tell(callback=portal.log_in(browser, asked["address"]))
        assert held["person"] == held["subject"]
        assert held["rotated"] is True
        goodbye = portal.post_logout_redirect_uri
        leave = (
            f"{portal.issuer}/end_session?id_token_hint={held['id_token']}&post_logout_redirect_uri={goodbye}"
        )
        assert portal.log_out(browser, leave) == goodbye
        after = program.tell()
        assert ("invalid_grant" in after["refusal"], after["alive"]) == (True, False)
