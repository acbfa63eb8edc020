"""Words of lists that are told page by page."""

WORDS: dict[str, tuple[str, str]] = {
    "pager": ("Parts of the list", "列表分页"),
    "pager.back": ("Before", "上一页"),
    "pager.more": ("Next", "下一页"),
    "pager.part": ("{first} to {last} of {total}", "第 {first}–{last} 条，共 {total} 条"),
}
