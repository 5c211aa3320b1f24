"""The enterprise registration portal: people act here for a company they represent."""

from .portal import Design, Service
from .portal.run import serve

DESIGN = Design(
    slug="enterprise",
    name="企业开办服务门户",
    motto="以企业的名义办事，材料不用重复提交。",
    client_id="enterprise-registration",
    port=8093,
    scope="openid profile org mandate",
    services=(
        Service(
            key="change",
            name="变更经营范围",
            level=2,
            about="修改营业执照上的经营范围。",
            item="DEMO-ITEM-0301",
        ),
        Service(
            key="report", name="企业年度报告", level=2, about="填报并公示年度报告。", item="DEMO-ITEM-0302"
        ),
    ),
    acts_for_company=True,
)

if __name__ == "__main__":
    serve(DESIGN)
