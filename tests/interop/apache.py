"""Apache with mod_auth_openidc in front of a portal's pages; ``python -m tests.interop.apache`` installs it.

It runs as nobody in particular, in a folder of its own, on a port of loopback. The packages bring no service.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

from tests.interop.portal import Portal

PACKAGES = ("apache2-bin", "libapache2-mod-auth-openidc")
_MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "auth_openidc")
_CONFIGURATION = """
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
DocumentRoot {folder}/pages
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCCABundlePath {authority}
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI {redirect_uri}
OIDCCryptoPassphrase only-for-this-test
OIDCScope "{scope}"
OIDCPKCEMethod S256
OIDCIDTokenSignedResponseAlg ES256
OIDCRemoteUserClaim sub
OIDCInfoHook access_token id_token userinfo
<Location />
  AuthType openid-connect
  Require valid-user
  Header always set X-Visitor expr=%{{REMOTE_USER}}
</Location>
"""


def missing() -> str:
    """Why Apache cannot run here, with the command that changes it, or nothing."""
    if _program() and all(_module(name).is_file() for name in _NEEDED):
        return ""
    return "no Apache with mod_auth_openidc: sudo apt-get install " + " ".join(PACKAGES)


def install() -> None:
    """Bring it, where that is possible without asking."""
    if missing() and os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *PACKAGES]):
            subprocess.run([apt, *command], check=False)


@contextmanager
def running(portal: Portal) -> Iterator[Path]:
    """The portal's pages behind Apache, at its redirect address' host; the file of what went wrong."""
    folder = Path(mkdtemp(prefix="idp-apache-"))
    home = urlsplit(portal.redirect_uri)
    _furnish(folder, portal, home.port or 80)
    somebody = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    command = [_program(), "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"]
    process = subprocess.Popen(command, cwd=folder, **somebody)
    try:
        _await_ready(process, (home.hostname or "", home.port or 80), folder / "error.log")
        yield folder / "error.log"
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _program() -> str:
    return shutil.which("apache2", path=os.environ.get("PATH", "") + ":/usr/sbin") or ""


def _module(name: str) -> Path:
    return _MODULES / f"mod_{name}.so"


def _furnish(folder: Path, portal: Portal, port: int) -> None:
    (folder / "pages").mkdir()
    (folder / "pages" / "matter").write_text("a matter")
    authority = shutil.copy(portal.authority, folder)
    loads = "".join(f"LoadModule {name}_module {_module(name)}\n" for name in _NEEDED)
    told = {
        name: getattr(portal, name)
        for name in ("issuer", "client_id", "client_secret", "redirect_uri", "scope")
    }
    text = _CONFIGURATION.format(folder=folder, port=port, authority=authority, **told)
    (folder / "apache.conf").write_text(loads + text)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")


def _await_ready(process: subprocess.Popen[bytes], address: tuple[str, int], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as line:
            if line.connect_ex(address) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"Apache did not come up: {log.read_text() if log.exists() else process.poll()}")


if __name__ == "__main__":
    install()
    if why := missing():
        sys.stderr.write(f"{why}\n")
