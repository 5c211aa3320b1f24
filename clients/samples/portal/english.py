"""The English of every text, by its Chinese. A test fails when one is missing or no longer used."""

ENGLISH = {
    # portals
    "税务服务门户": "Tax Services Portal",
    "查税费、办申报，一次登录就够了。": "Look up taxes and file returns: log in once and that is it.",
    "个人所得税年度汇算": "Annual income tax settlement",
    "核对全年收入和已缴税款。": "Check the year's income and the tax already paid.",
    "完税证明": "Tax payment certificate",
    "下载本人的完税证明。": "Download your own certificate.",
    "变更退税银行账户": "Change the refund bank account",
    "改变收款账户，需要二次验证。": "Changing where money goes needs a second verification.",
    "社会保障服务门户": "Social Security Portal",
    "参保、缴费、待遇，随时查得到。": "Your insurance, contributions and benefits, whenever you need them.",
    "参保缴费记录": "Insurance and contribution record",
    "查看历年参保和缴费情况。": "See your insurance and contributions over the years.",
    "养老金资格认证": "Pension eligibility confirmation",
    "不用到现场，网上完成认证。": "Confirm online, without a visit.",
    "医保就医明细": "Medical treatment details",
    "属于敏感个人信息，需要二次验证。": "Sensitive personal data: needs a second verification.",
    "企业开办服务门户": "Business Registration Portal",
    "以企业的名义办事，材料不用重复提交。": "Act in the company's name, with nothing to submit twice.",
    "变更经营范围": "Change the business scope",
    "修改营业执照上的经营范围。": "Change the business scope on the licence.",
    "企业年度报告": "Company annual report",
    "填报并公示年度报告。": "Fill in and publish the annual report.",
    # pages
    "跳到主要内容": "Skip to main content",
    "语言": "Language",
    "其他服务门户": "Other portals",
    "登录一次，各门户通用：": "One login opens them all:",
    "这是演示网站，人员、企业和数据均为虚构。": (
        "This is a demonstration: people, companies and data are invented."
    ),
    "办事服务": "Services",
    "需要：": "Needs: ",
    "统一身份认证登录": "Log in with the unified identity",
    "您将前往统一身份认证平台登录。本网站看不到您的密码。": (
        "You log in at the unified identity platform. This site never sees your password."
    ),
    "您好，{name}": "Hello, {name}",
    "您已登录": "you are logged in",
    "令牌已刷新。": "The tokens have been refreshed.",
    "您的登录": "Your login",
    "以谁的名义办理": "Acting in the name of",
    "本人": "Myself",
    "登录方式": "Means of login",
    "登录级别": "Level of login",
    "登录时间": "Time of login",
    "切换身份": "Switch identity",
    "全部退出": "Sign out everywhere",
    "仅退出本网站": "Leave this site only",
    "本网站得到的信息": "What this site was told",
    "只有下列信息，没有别的。": "This and nothing else.",
    "含义": "Meaning",
    "名称": "Name",
    "内容": "Content",
    "来源": "Source",
    "身份令牌": "ID token",
    "查看解码后的身份令牌": "See the ID token decoded",
    "头部": "Header",
    "原文": "As sent",
    "刷新令牌": "Refresh the tokens",
    "已为您填好": "Filled in for you",
    "需要您再填写：0 项": "Left for you to fill in: 0 fields",
    "当前登录级别：": "Level of this login: ",
    "返回首页": "Back to the front page",
    "重新登录": "Log in again",
    "代码": "Code",
    "平台的说明": "What the platform said",
    "已退出": "Signed out",
    "您已退出本网站，但仍登录着统一身份认证平台，再次登录可能不用输入密码。公用电脑上请“全部退出”。": (
        "You have left this site but are still logged in at the unified identity platform: the next login "
        "may not ask for a password. On a shared computer choose “Sign out everywhere”."
    ),
    "您已退出统一身份认证平台和由它登录的各个网站。": (
        "You have signed out of the unified identity platform and of every site it logged you in to."
    ),
    # failures
    "登录没有完成": "The login was not completed",
    "统一身份认证平台暂时没有答复": "The unified identity platform does not answer at the moment",
    "请稍后再试。已经登录的网站不受影响，您填写过的内容也不会丢失。": (
        "Please try again shortly. Sites where you are logged in go on working; nothing you entered is lost."
    ),
    "页面已过期": "The page has expired",
    "请返回首页，再操作一次。": "Please go back to the front page and try once more.",
    "没有这个页面": "There is no such page",
    "请检查网址，或返回首页。": "Please check the address or go back to the front page.",
    "请求无法处理": "The request cannot be processed",
    "网站出错了": "Something went wrong on this site",
    "我们已经记录。请稍后再试。": "We have noted it. Please try again later.",
    "您取消了登录，或没有同意提供信息。您可以再试一次。": (
        "You cancelled the login or did not agree to give the data. You can try again."
    ),
    "您还没有登录统一身份认证平台。": "You are not logged in at the unified identity platform.",
    "需要您在统一身份认证平台上操作。": "You need to do something at the unified identity platform.",
    "需要您同意提供信息。": "Your agreement to give data is needed.",
    "需要您选择以谁的身份办理。": "You need to choose in whose name you act.",
    "该事项需要更高的登录级别，您的账号目前达不到。": (
        "This service needs a higher level of login than your account can reach at present."
    ),
    "统一身份认证平台繁忙，请稍后再试。": "The unified identity platform is busy. Please try again later.",
    "统一身份认证平台没有正确答复，请稍后再试。": (
        "The unified identity platform did not answer properly. Please try again later."
    ),
    "本网站的接入凭据未被接受，请联系本网站的负责人。": (
        "This site's credentials were not accepted. Please contact whoever runs this site."
    ),
    "本网站未获准使用这种登录方式，请联系本网站的负责人。": (
        "This site may not use this way of login. Please contact whoever runs this site."
    ),
    "本网站申请了未获准的信息，请联系本网站的负责人。": (
        "This site asked for data it has no approval for. Please contact whoever runs this site."
    ),
    "登录请求有误，请联系本网站的负责人。": (
        "The login request was not in order. Please contact whoever runs this site."
    ),
    "登录凭据已失效，请重新登录。": "The login is no longer valid. Please log in again.",
    "收到的身份令牌未通过检查，本网站没有采信。请重新登录。": (
        "The ID token did not pass the checks and was not believed. Please log in again."
    ),
    "收到的信息不属于同一个人，本网站没有采信。请重新登录。": (
        "What came was not all about one person and was not believed. Please log in again."
    ),
    "答复不是来自我们信任的统一身份认证平台，本网站没有采信。": (
        "The answer is not from the unified identity platform we trust and was not believed."
    ),
    "这次登录不是从这个浏览器开始的，或者已经过期。请重新登录。": (
        "This login did not begin in this browser, or has expired. Please log in again."
    ),
    "登录成功，但登录级别没有达到该事项的要求。": (
        "You are logged in, but not at the level this service needs."
    ),
    "链接指向了我们不认识的统一身份认证平台。": (
        "The link names a unified identity platform that we don't know."
    ),
    "登录没有成功。请再试一次；如仍不成功，请联系本网站的负责人。": (
        "The login did not succeed. Please try again; if it still fails, contact whoever runs this site."
    ),
    # levels and means
    "一级（普通登录）": "Level 1: ordinary login",
    "二级（实名登录）": "Level 2: real-name login",
    "三级（高级实名，加二次验证）": "Level 3: high real-name proof with a second verification",
    "四级（最高级别，刚刚验证）": "Level 4: the highest, verified just now",
    "未说明": "not stated",
    "密码": "password",
    "动态口令": "one-time password",
    "短信验证码": "SMS code",
    "硬件密钥": "hardware key",
    "通行密钥": "passkey",
    "在场确认": "presence confirmed",
    "双重验证": "two factors",
    "是": "yes",
    "否": "no",
    # claims
    "本网站专用的用户代号": "Your code, for this site only",
    "签发方": "Issuer",
    "接收方": "Audience",
    "会话编号": "Session number",
    "签发时间": "Issued at",
    "失效时间": "Valid until",
    "实名等级": "Real-name level",
    "认证强度": "Authentication strength",
    "传递强度": "Federation strength",
    "一次性随机数": "Nonce",
    "访问令牌摘要": "Access token hash",
    "用户类型": "Kind of user",
    "姓名": "Name",
    "姓名（脱敏）": "Name (masked)",
    "证件类型": "Document type",
    "证件号码（脱敏）": "Document number (masked)",
    "资料版本": "Profile version",
    "已满14周岁": "14 or older",
    "已满16周岁": "16 or older",
    "已满18周岁": "18 or older",
    "已满60周岁": "60 or older",
    "已满65周岁": "65 or older",
    "办事地区": "Service region",
    "手机号": "Mobile number",
    "手机号（脱敏）": "Mobile number (masked)",
    "手机号已核验": "Mobile number verified",
    "代表谁办理": "Acting for",
    "本网站专用的企业代号": "The company's code, for this site only",
    "企业名称": "Company name",
    "统一社会信用代码": "Unified social credit code",
    "企业类型": "Kind of company",
    "登记状态": "Registration status",
    "是否法定代表人": "Legal representative",
}
