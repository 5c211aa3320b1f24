"""The scope register."""

from clients import scopes


def test_names_stand_once_and_openid_comes_first() -> None:
    names = [scope.name for scope in scopes.SCOPES]
    assert len(set(names)) == len(names)
    assert names[0] == "openid"


def test_every_scope_is_explained_in_both_languages() -> None:
    for scope in scopes.SCOPES:
        assert all((scope.label, scope.label_en, scope.purpose, scope.purpose_en)), scope.name
        assert scope.label_en.isascii(), scope.name
        assert not scope.label.isascii(), scope.name


def test_the_id_number_itself_takes_two_officers_and_a_consent_of_its_own() -> None:
    idcard = scopes.find("idcard")
    assert idcard is not None
    assert (idcard.approval, idcard.step) == ("two_people", "separate_consent")
    assert idcard.restricted
    assert "idcard" in scopes.grantable()
    assert "face.verify" not in scopes.grantable()


def test_the_level_of_several_scopes_is_the_highest() -> None:
    assert scopes.level(["openid", "profile"]) == 1
    assert scopes.level(["openid", "realname"]) == 2
    assert scopes.level(["profile.full", "openid"]) == 3
    assert scopes.level(["unknown"]) == 1


def test_a_grantable_scope_with_its_own_page_rests_on_consent_or_a_stated_basis() -> None:
    for scope in scopes.SCOPES:
        if scope.step == "separate_consent":
            assert scope.legal_basis in (None, "separate_consent"), scope.name
