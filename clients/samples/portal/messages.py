"""Pages that say what went wrong and what to do next. They show a code, never a secret or a trace."""

import logging
import secrets

from flask import Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from . import words
from .provider import Refused, Unreachable

log = logging.getLogger(__name__)

STATUS = {"temporarily_unavailable": 503, "server_error": 502}


def register(app: Flask) -> None:
    """Let every failure end on a page of ours."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(Unreachable, unreachable)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def refused(error: Refused) -> Response:
    """The provider said no, or something was not to be believed."""
    text = words.say(words.ERRORS.get(error.code, words.UNKNOWN_ERROR))
    return _page("登录没有完成", text, STATUS.get(error.code, 400), code=error.code, detail=error.description)


def unreachable(error: Unreachable) -> Response:
    """The provider does not answer: say so, and that what is open here stays open."""
    answer = _page(
        "统一身份认证平台暂时没有答复",
        words.say("请稍后再试。已经登录的网站不受影响，您填写过的内容也不会丢失。"),
        503,
        code="provider_unreachable",
    )
    answer.headers["Retry-After"] = "10"
    return answer


def stale_form(error: CSRFError) -> Response:
    """A form from another site or from before the last login."""
    return _page("页面已过期", words.say("请返回首页，再操作一次。"), 400, code="form_expired")


def http_error(error: HTTPException) -> Response:
    """Anything HTTP has a number for."""
    status = error.code or 500
    if isinstance(error, SecurityError):  # a foreign host name: Flask can build no address for a page then
        return Response("unknown host\n", status, mimetype="text/plain")
    if status == 404:
        return _page("没有这个页面", words.say("请检查网址，或返回首页。"), status, code="not_found")
    return _page("请求无法处理", words.say("请返回首页，再操作一次。"), status, code=f"http_{status}")


def unexpected(error: Exception) -> Response:
    """Our own fault: a reference number for the person, the rest for the log."""
    reference = secrets.token_hex(4)
    log.error("reference %s", reference, exc_info=error)
    return _page("网站出错了", words.say("我们已经记录。请稍后再试。"), 500, code=f"error_{reference}")


def _page(title: str, text: str, status: int, *, code: str, detail: str = "") -> Response:
    page = render_template("portal/message.html", title=words.say(title), text=text, code=code, detail=detail)
    return make_response(page, status)
