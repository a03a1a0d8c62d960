"""Words that say nothing of a picture: small words, asking words, counts and measures. In English and Chinese."""

from __future__ import annotations

_ENGLISH = """
a an the of in on at with and or my me i im you your we us our it its is are be was to for from by as that
this these those some any very really please pls draw drawing make making create generate paint show give
want would like could can need image images pic pics photo picture pictures emoji emojis emote sticker
stickers icon icons logo style styled look looking looks theme kind type sort one two three something thing
stuff just so too also no not do does did have has had he she his her him they them their but if then than
into onto over under near next inside outside up down out off about around while who which what when where
how colored coloured color colour colors colours tone tones through behind between against made design
background
"""
_CHINESE = """
的 地 得 了 着 过 在 和 与 跟 及 或 是 有 一 二 三 两 几 个 只 条 头 匹 朵
颗 棵 座 幅 张 把 本 辆 架 艘 杯 碗 片 块 件 双 位 名 群 些 一个 一只 一条
一头 一匹 一朵 一颗 一棵 一座 一幅 一张 一把 一本 一辆 一架 一艘 一杯 一碗 一片 一块
一件 一双 一位 一群 一些 两个 两只 三个 三只 这 那 这个 那个 我 你 他 她 它 我的
你的 请 给 我要 我想 想要 请画 画 画一 画个 帮我 给我 帮我画 给我画 要 上 下 里 中
内 外 前 后 旁 上面 下面 里面 旁边 中的 上的 里的 风格 风 贴纸 表情 表情包 图片 图
图像 图标 样子 样式 色 颜色 很 非常 超 超级 真 最 戴 戴着 穿 穿着 骑 骑着 拿 拿着
坐 坐着 站 站着 正在 对 用 像 做 好 少 想 看 写 大家 们 也 都 就 来 去 让 被
为 以 之 其
"""
_GROUNDS = ("white", "transparent", "clear", "plain", "no")

ENGLISH = frozenset(_ENGLISH.split())
CHINESE = frozenset(_CHINESE.split())
# what a sticker stands on is no part of it
GROUNDS = frozenset(f"{word} background" for word in _GROUNDS)
