"""Who a visitor is to this portal: the subject that the server names, and nothing else."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend


class Visitors(OIDCAuthenticationBackend):
    """The library looks for an e-mail address, which we do not give; its manual says to override these."""

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        return "sub" in claims

    def filter_users_by_claims(self, claims: dict[str, Any]) -> QuerySet[User]:
        return User.objects.filter(username=claims["sub"])

    def create_user(self, claims: dict[str, Any]) -> User:
        return User.objects.create_user(claims["sub"], last_name=claims.get("name", ""))


def leave(request: HttpRequest) -> str:
    """Where the portal's logout sends the browser (OpenID Connect RP-Initiated Logout §2)."""
    values = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": settings.OIDC_POST_LOGOUT_REDIRECT_URI,
    }
    return f"{settings.OIDC_OP_END_SESSION_ENDPOINT}?{urlencode(values)}"
