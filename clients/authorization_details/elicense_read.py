"""``elicense_read``: one electronic licence of the person, for one case (电子证照)."""

from clients.authorization_details.detail import CODE, DetailType, Member

ELICENSE_READ = DetailType(
    name="elicense_read",
    label="调取电子证照",
    label_en="Read an electronic licence",
    level=3,
    members=(
        Member(name="licence_type", label="证照类型", label_en="Type of licence", form=CODE),
        Member(name="item_code", label="事项编码", label_en="Service item", form=CODE),
        Member(name="case_id", label="办件编号", label_en="Case", form=CODE),
        Member(name="purpose", label="用途", label_en="Purpose"),
    ),
)
