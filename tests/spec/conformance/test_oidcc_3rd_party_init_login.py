"""Checklist A4, logins initiated by a third party."""

from tests.registrants import Registrant


def test_oidcc_3rd_party_init_login(program: Registrant) -> None:
    """A4 oidcc-3rd_party-init-login: initiate_login_uri is in the answer and in what is read later."""
    uri = "https://suite.example.org/test/a/alias/login_initiation_url"
    own = program.register(initiate_login_uri=uri)
    assert own.told["initiate_login_uri"] == uri
    answer = own.get()
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert (answer.json or {})["initiate_login_uri"] == uri


def test_oidcc_3rd_party_init_login_nohttps(program: Registrant) -> None:
    """A4 oidcc-3rd_party-init-login-nohttps: an http address gives 400 invalid_client_metadata."""
    answer = program.post(
        {
            "redirect_uris": ["https://suite.example.org/cb"],
            "initiate_login_uri": "http://suite.example.org/login",
        }
    )
    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert (answer.json or {})["error"] == "invalid_client_metadata"
