"""The tax portal: a confidential client with a shared secret (``client_secret_basic``)."""

from .portal import Design, Service
from .portal.run import serve

DESIGN = Design(
    slug="tax",
    name="税务服务门户",
    motto="查税费、办申报，一次登录就够了。",
    client_id="tax",
    port=8091,
    scope="openid profile realname age",
    services=(
        Service(
            key="annual",
            name="个人所得税年度汇算",
            level=2,
            about="核对全年收入和已缴税款。",
            item="DEMO-ITEM-0101",
        ),
        Service(key="receipt", name="完税证明", level=2, about="下载本人的完税证明。", item="DEMO-ITEM-0102"),
        Service(
            key="account",
            name="变更退税银行账户",
            level=3,
            about="改变收款账户，需要二次验证。",
            item="DEMO-ITEM-0103",
        ),
    ),
)

if __name__ == "__main__":
    serve(DESIGN)
