"""The social security portal: proves itself with its own key (``private_key_jwt``): no secret is shared."""

from .portal import Design, Service
from .portal.run import serve

DESIGN = Design(
    slug="social_security",
    name="社会保障服务门户",
    motto="参保、缴费、待遇，随时查得到。",
    client_id="social-security",
    port=8092,
    scope="openid profile realname phone",
    services=(
        Service(
            key="record",
            name="参保缴费记录",
            level=2,
            about="查看历年参保和缴费情况。",
            item="DEMO-ITEM-0201",
        ),
        Service(
            key="pension",
            name="养老金资格认证",
            level=2,
            about="不用到现场，网上完成认证。",
            item="DEMO-ITEM-0202",
        ),
        Service(
            key="medical",
            name="医保就医明细",
            level=3,
            about="属于敏感个人信息，需要二次验证。",
            item="DEMO-ITEM-0203",
        ),
    ),
)

if __name__ == "__main__":
    serve(DESIGN)
