"""The scope register: what a portal can be given, from which level on, on which legal basis (domain 5.2).

A scope that is held back is listed, so that nobody invents its name, but no client can be granted it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from clients.client import Client, LegalBasis
from idp.base import clock
from idp.permissions import PERMISSIONS

Approval = Literal["automatic", "region", "province", "two_people", "national"]
Step = Literal["none", "notice", "consent", "separate_consent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One scope; ``legal_basis`` is ``None`` where each client has to state its own."""

    name: str
    label: str
    label_en: str
    purpose: str
    purpose_en: str
    level: int
    approval: Approval
    step: Step
    legal_basis: LegalBasis | None
    service: bool = False
    """For systems that act without a citizen (client_credentials); all others are citizens' data."""
    held_back: str = ""
    """Why no client gets it yet."""

    @property
    def restricted(self) -> bool:
        """Whether two officers grant it, for items and a time, and each request says what it is for."""
        return self.approval == "two_people"


NO_SOURCE = "no source for it yet"

SCOPES: tuple[Scope, ...] = (
    Scope(
        name="openid",
        label="登录标识",
        label_en="Sign-in identifier",
        purpose="让该服务认出您是同一位用户；每个单位得到的标识各不相同",
        purpose_en="Lets this service recognise you; every organisation receives a different identifier",
        level=1,
        approval="automatic",
        step="none",
        legal_basis="statutory_duty",
    ),
    Scope(
        name="profile",
        label="基本信息",
        label_en="Basic profile",
        purpose="脱敏姓名、用户类型",
        purpose_en="Masked name and type of user",
        level=1,
        approval="region",
        step="notice",
        legal_basis="statutory_duty",
    ),
    Scope(
        name="realname",
        label="真实姓名",
        label_en="Real name",
        purpose="姓名、实名等级",
        purpose_en="Full name and real-name level",
        level=2,
        approval="region",
        step="notice",
        legal_basis="statutory_duty",
    ),
    Scope(
        name="age",
        label="年龄段",
        label_en="Age bands",
        purpose="是否年满14、16、18、60、65周岁，不含出生日期",
        purpose_en="Whether you are over 14, 16, 18, 60 or 65, without the date of birth",
        level=2,
        approval="region",
        step="notice",
        legal_basis="statutory_duty",
    ),
    Scope(
        name="region",
        label="服务地区",
        label_en="Service region",
        purpose="您选择的办事地区",
        purpose_en="The region you chose for services",
        level=1,
        approval="automatic",
        step="none",
        legal_basis="consent",
    ),
    Scope(
        name="phone",
        label="手机号码",
        label_en="Phone number",
        purpose="完整手机号码，用于办事联系",
        purpose_en="Full phone number, to contact you about your case",
        level=2,
        approval="region",
        step="consent",
        legal_basis="consent",
    ),
    Scope(
        name="profile.full",
        label="性别、出生日期和国籍",
        label_en="Gender, date of birth and nationality",
        purpose="性别、出生日期、国籍",
        purpose_en="Gender, date of birth and nationality",
        level=3,
        approval="province",
        step="consent",
        legal_basis=None,
    ),
    Scope(
        name="address",
        label="地址",
        label_en="Address",
        purpose="户籍地址或联系地址",
        purpose_en="Registered or contact address",
        level=3,
        approval="province",
        step="consent",
        legal_basis=None,
        held_back=NO_SOURCE,
    ),
    Scope(
        name="idcard.masked",
        label="脱敏证件号码",
        label_en="Masked ID number",
        purpose="证件类型和脱敏证件号码",
        purpose_en="Type of ID document and its masked number",
        level=2,
        approval="region",
        step="notice",
        legal_basis="statutory_duty",
    ),
    Scope(
        name="idcard",
        label="完整证件号码",
        label_en="Full ID number",
        purpose="完整证件号码",
        purpose_en="The full ID number",
        level=3,
        approval="two_people",
        step="separate_consent",
        legal_basis=None,
    ),
    Scope(
        name="face.verify",
        label="人脸核验结果",
        label_en="Face check result",
        purpose="本次人脸核验是否通过，不含人脸图像",
        purpose_en="Whether a fresh face check passed, without any image",
        level=3,
        approval="two_people",
        step="separate_consent",
        legal_basis="separate_consent",
        held_back=NO_SOURCE,
    ),
    Scope(
        name="org",
        label="所代表的单位",
        label_en="Organisation you act for",
        purpose="单位名称、统一社会信用代码、单位状态",
        purpose_en="Name, unified social credit code and status of the organisation",
        level=2,
        approval="region",
        step="notice",
        legal_basis="mandate",
    ),
    Scope(
        name="org.list",
        label="可代表的单位列表",
        label_en="Organisations you may act for",
        purpose="您可以代表办事的全部单位",
        purpose_en="All organisations you may act for",
        level=2,
        approval="region",
        step="notice",
        legal_basis="mandate",
    ),
    Scope(
        name="mandate",
        label="授权信息",
        label_en="Mandate",
        purpose="您代表单位办事的授权范围和期限",
        purpose_en="Extent and end of your authority to act for the organisation",
        level=2,
        approval="region",
        step="notice",
        legal_basis="mandate",
    ),
    Scope(
        name="elicense.read",
        label="电子证照",
        label_en="Electronic licences",
        purpose="按事项查阅电子证照",
        purpose_en="Reading electronic licences for one case",
        level=3,
        approval="province",
        step="consent",
        legal_basis=None,
        held_back=NO_SOURCE,
    ),
    Scope(
        name="data.query",
        label="数据共享查询",
        label_en="Data exchange query",
        purpose="部门系统之间的共享数据查询",
        purpose_en="Queries between systems of departments",
        level=3,
        approval="province",
        step="none",
        legal_basis="statutory_duty",
        service=True,
    ),
    Scope(
        name="attempts",
        label="本应用的登录问题",
        label_en="Login problems of the service",
        purpose="该服务的系统查看本应用用户登录失败的原因，不含个人信息",
        purpose_en="Systems of the service read why logins to it failed, without personal data",
        level=1,
        approval="region",
        step="none",
        legal_basis="statutory_duty",
        service=True,
    ),
    Scope(
        name="esign",
        label="电子签名",
        label_en="Electronic signature",
        purpose="对指定文件进行电子签名",
        purpose_en="Signing one given document",
        level=4,
        approval="province",
        step="separate_consent",
        legal_basis=None,
        held_back=NO_SOURCE,
    ),
    Scope(
        name="evaluate",
        label="服务评价",
        label_en="Service evaluation",
        purpose="不记名的评价凭据",
        purpose_en="An anonymous receipt for an evaluation",
        level=1,
        approval="automatic",
        step="none",
        legal_basis="consent",
        held_back=NO_SOURCE,
    ),
    Scope(
        name="subscribe",
        label="消息订阅",
        label_en="Topic subscriptions",
        purpose="您订阅的主题消息",
        purpose_en="Messages of the topics you subscribed to",
        level=1,
        approval="region",
        step="consent",
        legal_basis="consent",
        held_back=NO_SOURCE,
    ),
    Scope(
        name="offline_access",
        label="保持授权",
        label_en="Lasting access",
        purpose="在您退出登录后仍可更新您已同意提供的信息",
        purpose_en="Renewing the information you agreed to, also after you sign out",
        level=2,
        approval="region",
        step="consent",
        legal_basis="consent",
    ),
)

#: What a program may administer, one scope a permission; not told to portals (``scopes_supported``).
ADMINISTRATION: tuple[Scope, ...] = tuple(
    Scope(
        name=name,
        label=permission.chinese,
        label_en=permission.english,
        purpose=permission.chinese,
        purpose_en=permission.english,
        level=1,
        approval="national",
        step="none",
        legal_basis="statutory_duty",
        service=True,
    )
    for name, permission in PERMISSIONS.items()
)

_BY_NAME = {scope.name: scope for scope in (*SCOPES, *ADMINISTRATION)}


def find(name: str) -> Scope | None:
    """The scope of that name."""
    return _BY_NAME.get(name)


def level(names: Iterable[str]) -> int:
    """The level that the scopes need together; unknown names ask for nothing."""
    return max((scope.level for name in names if (scope := find(name))), default=1)


def restricted(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are restricted."""
    return tuple(name for name in names if (scope := find(name)) and scope.restricted)


def held(client: Client, name: str) -> bool:
    """Whether the client has the scope now: what is restricted, until its approval ends."""
    if name not in client.scopes:
        return False
    scope = find(name)
    return scope is None or not scope.restricted or clock.now() < client.restricted_until


def grantable() -> tuple[str, ...]:
    """Names that a client can be granted, in the order of the register (``scopes_supported``)."""
    return tuple(scope.name for scope in SCOPES if not scope.held_back)
