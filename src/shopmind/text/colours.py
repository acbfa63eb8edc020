"""Names of colours in English and Chinese, and which of them say the same."""

from __future__ import annotations

_NAMES = {
    "black": "黑 黑色 noir",
    "white": "白 白色",
    "red": "红 红色",
    "blue": "蓝 蓝色",
    "navy": "藏青 藏青色 深蓝 深蓝色 海军蓝",
    "green": "绿 绿色",
    "yellow": "黄 黄色",
    "orange": "橙 橙色 橘色 橘红色",
    "pink": "粉 粉色 粉红 粉红色",
    "purple": "紫 紫色 violet",
    "brown": "棕 棕色 咖啡色 褐色",
    "grey": "gray 灰 灰色",
    "silver": "银 银色",
    "gold": "golden 金 金色",
    "beige": "米色 米白 米白色 杏色",
    "transparent": "clear 透明",
    "multicolour": "multicolor multi-colour multi-color 彩色 多色",
}
SAME: dict[str, frozenset[str]] = {
    name: frozenset([first, *names.split()])
    for first, names in _NAMES.items()
    for name in [first, *names.split()]
    if len(name) > 1
}
"""Name → all names of the same colour, itself among them. One Chinese character alone names none: it stands in too many
other words."""
