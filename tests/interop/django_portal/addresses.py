"""The portal's addresses: those of the library, and one page for visitors who are logged in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.urls import include, path


@login_required
def matter(request: HttpRequest) -> JsonResponse:
    """Who is here."""
    return JsonResponse({"subject": request.user.get_username()})


urlpatterns = [path("oidc/", include("mozilla_django_oidc.urls")), path("matter", matter)]
