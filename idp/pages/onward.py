"""Where a browser goes on from an answer, and where the form that it sent stood."""

from flask import Response, current_app, redirect, request


def see_other(path: str) -> Response:
    """Go on with GET (303)."""
    response: Response = redirect(path, 303)  # type: ignore[assignment]
    return response


def page_below(root: str = "/") -> str:
    """The path of this page; of an answer to a form the nearest path above it, below ``root``, that opens."""
    path = request.path
    if request.method == "GET":
        return path
    urls = current_app.create_url_adapter(request)
    while urls and path and path.startswith(root) and not urls.test(path, method="GET"):
        path = path.rpartition("/")[0]
    return path or root
