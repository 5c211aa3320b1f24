"""How a Chinese name looks on a keyboard, well enough to find it in a password."""

import re

#: The hundred or so commonest surnames: nine Chinese in ten bear one of them.
_SURNAMES = """
    wang王汪 li李黎厉 zhang张章 liu刘柳 chen陈 yang杨 huang黄 zhao赵 wu吴武伍 zhou周 xu徐许 sun孙
    ma马 zhu朱祝 hu胡 guo郭 he何贺 gao高 lin林 luo罗骆 zheng郑 liang梁 xie谢解 song宋 tang唐汤 han韩
    feng冯 yu于余俞喻 dong董 xiao肖萧 cheng程成 cao曹 yuan袁 deng邓 fu傅符付 shen沈申 zeng曾 peng彭
    lv吕 lu卢陆鲁路 su苏 jiang蒋江姜 cai蔡 jia贾 ding丁 wei魏韦卫 xue薛 ye叶 yan阎严颜闫 pan潘 du杜
    dai戴 xia夏 zhong钟 tian田 ren任 fan范樊 fang方房 shi石史施 yao姚 tan谭 liao廖 zou邹 xiong熊
    jin金 hao郝 kong孔 bai白 cui崔 kang康 mao毛 qiu邱丘 qin秦 gu顾古 hou侯 shao邵 meng孟 long龙
    wan万 duan段 lei雷 qian钱 yin尹殷 chang常 qiao乔 lai赖 gong龚 wen文温 pang庞 niu牛 ge葛 tao陶
    zhai翟 an安 ni倪 zhuang庄 nie聂 lan兰蓝 ouyang欧阳 sima司马 zhuge诸葛 shangguan上官
"""
_SYLLABLE = (
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ui|ao|ou|iu|ie|ve|ue|er|an|en|in|un|ia|ua|uo|[aoeiuv])"
)


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in _SURNAMES.split():
        latin = "".join(character for character in entry if character.isascii())
        signs = entry[len(latin) :]
        for sign in (signs,) if len(latin) > 5 or latin == "sima" else signs:
            found[sign] = latin
    return found


_LATIN = _table()


def pattern(name: str) -> re.Pattern[str] | None:
    """What finds a name in Latin letters: the surname, then a syllable for each further character."""
    for length in (2, 1):
        latin = _LATIN.get(name[:length])
        given = len(name) - length
        if latin and given > 0:
            return re.compile(f"{latin}(?:{_SYLLABLE}){{1,{min(given, 3)}}}")
    return None
