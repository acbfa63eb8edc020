"""What the doctor finds and advises, and what is said of experiments that run."""

WORDS: dict[str, tuple[str, str]] = {
    "told.about.artifact": ("artifact {name}", "模型 {name}"),
    "told.about.clock": ("clock", "时钟"),
    "told.about.database": ("database", "数据库"),
    "told.about.disk": ("disk", "磁盘"),
    "told.about.experiment": ("experiment {name}", "实验 {name}"),
    "told.about.experiments": ("experiments", "实验"),
    "told.about.rules": ("rules", "规则"),
    "told.about.scenario": ("scenario {name}", "场景 {name}"),
    "told.about.scenario_files": ("scenario files", "场景文件"),
    "told.about.secret": ("secret key", "密钥文件"),
    "told.about.strategy": ("strategy", "自动维护"),
    "told.about.text_index": ("text index", "文本索引"),
    "told.about.vector_index": ("vector index", "向量索引"),
    "told.about.versions": ("versions", "版本"),
    "told.about.weights": ("weights", "语言模型"),
    "told.health.ready": ("ready", "就绪"),
    "told.health.rules": ("{rules} rules, {words} entries of the lexicon", "{rules} 条规则，{words} 条词库"),
    "told.health.rules_unreadable": (
        "{n} rules or words cannot be read, the first: {what}",
        "有 {n} 条规则或词无法读取，第一条：{what}",
    ),
    "told.health.rules_mend": (
        "write them again, or take them out: shopmind rules FOLDER --remove {rule}",
        "请重写，或移除：shopmind rules FOLDER --remove {rule}",
    ),
    "told.health.experiments": ("{n}, {running} running", "共 {n} 个，{running} 个进行中"),
    "told.health.experiments_named": ("{n}, {running} running: {names}", "共 {n} 个，{running} 个进行中：{names}"),
    "told.health.experiments_mend": ("what was read before holds; mend the file", "仍按之前的内容；请修正文件"),
    "told.health.experiment_anew": (
        "stop it and start it anew, or put the file back as it was",
        "请停止后重新启动，或把文件恢复原样",
    ),
    "told.health.strategy_run": (
        "run: shopmind train {path} --strategy, or set strategy = true and serve it",
        "请运行 shopmind train {path} --strategy，或设置 strategy = true 并启动服务",
    ),
    "told.health.strategy_none": ("no strategy.toml: the shop is trained by hand", "没有 strategy.toml：由人工训练"),
    "told.health.strategy_no_cycle": ("no cycle yet", "还没有周期"),
    "told.health.strategy_at": ("cycle {cycle} is at {step}: {what}", "周期 {cycle} 处于 {step}：{what}"),
    "told.health.strategy_at_first": ("cycle {cycle} is at {step}: ", "周期 {cycle} 处于 {step}"),
    "told.health.strategy_ended": ("cycle {cycle} ended {outcome}: {what}", "周期 {cycle} 已结束（{outcome}）：{what}"),
    "told.health.strategy_waits": (
        "{what_stands}; there is something to do and nobody does it",
        "{what_stands}；有事要做，但没有进程在做",
    ),
    "told.health.versions": (
        "shopmind {version}, Python {python} on {system}; {libraries}",
        "shopmind {version}，Python {python}，系统 {system}；{libraries}",
    ),
    "told.health.database": (
        "{items} items shown, {events} events, {links} links",
        "可展示商品 {items} 件，事件 {events} 个，关联 {links} 条",
    ),
    "told.health.restore": (
        "restore a backup: shopmind restore BACKUP FOLDER",
        "请恢复备份：shopmind restore BACKUP FOLDER",
    ),
    "told.health.no_encoder": ("not used: the shop has no encoder", "未使用：商店没有语言模型"),
    "told.health.train_or_serve": (
        "run: shopmind train {path}, or leave a server running",
        "请运行 shopmind train {path}，或让服务保持运行",
    ),
    "told.health.train": ("run: shopmind train {path}", "请运行 shopmind train {path}"),
    "told.health.get_weights": ("run: shopmind weights get minilm e5", "请运行 shopmind weights get minilm e5"),
    "told.health.behind": ("{n} of {last} changes behind", "{last} 次变更中有 {n} 次尚未纳入"),
    "told.health.indexed": ("{n} items, up to change {mark}", "{n} 件商品，已纳入到第 {mark} 次变更"),
    "told.health.encoder": (
        "{name}, {n} dimensions, version {version}",
        "{name}，{n} 维，版本 {version}",
    ),
    "told.health.lexical": ("search is lexical: {what}", "搜索只按词匹配：{what}"),
    "told.health.unwanted": (
        'no weights are wanted: the settings say encoder = "none"',
        '不需要语言模型：设置为 encoder = "none"',
    ),
    "told.health.unreadable": ("version {version} cannot be read", "版本 {version} 无法读取"),
    "told.health.erased": ("it learned from a user who was erased", "它学习过一位已被删除的用户"),
    "told.health.artifact": (
        "version {version}, {events} events, {newer} newer",
        "版本 {version}，{events} 个事件，之后新增 {newer} 个",
    ),
    "told.health.mend_file": (
        "mend the file; what was read before answers until then",
        "请修正文件；在此之前仍按之前的内容作答",
    ),
    "told.health.disk_all": ("the shop takes {taken} MB, {what_free}", "商店占用 {taken} MB，{what_free}"),
    "told.health.disk": ("{free} GB are free", "剩余 {free} GB"),
    "told.health.disk_free": ("free some space", "请腾出空间"),
    "told.health.clock": (
        "{now}; the newest event is {days} days old",
        "{now}；最新事件在 {days} 天前",
    ),
    "told.health.clock_none": ("{now}; no events yet", "{now}；还没有事件"),
    "told.health.clock_ahead": (
        "the newest event is of {event}, after now ({now})",
        "最新事件的时间为 {event}，晚于现在（{now}）",
    ),
    "told.health.clock_set": ("set the clock", "请校准时钟"),
    "told.health.secret": (
        "only its owner can read it; keep a copy with the backups",
        "只有所有者可以读取；请随备份保存一份",
    ),
    "told.health.secret_open": (
        "{name} has mode {mode}: others can read it",
        "{name} 的权限为 {mode}：其他人可以读取",
    ),
    "told.map.forgotten": (
        "it learned from somebody who was forgotten since; train it again",
        "它学习过一位已被遗忘的用户；请重新训练",
    ),
    "told.map.not_trained": (
        "not trained yet; run: shopmind train FOLDER",
        "尚未训练；请运行 shopmind train FOLDER",
    ),
    "told.map.old": (
        "older than {n} days, and the log went on; train it again",
        "已超过 {n} 天，而日志仍在增加；请重新训练",
    ),
    "told.map.silent": ("nothing was heard for {n} days", "已有 {n} 天没有收到事件"),
    "told.map.no_items": ("there are no items", "没有商品"),
    "told.map.not_used": ("not used: {what}", "未使用：{what}"),
    "told.map.behind": (
        "{n} changes of the catalogue are not in it yet",
        "目录有 {n} 次变更尚未纳入",
    ),
    "told.remark.removed": (
        "variant {name} was removed: its units see the plain scenario",
        "方案 {name} 已被移除：其单元看到原场景",
    ),
    "told.remark.came_after": (
        "variant {name} came after the start: it gets nobody",
        "方案 {name} 在启动之后才加入：不会分到任何人",
    ),
    "told.remark.share": (
        "variant {name} holds its share of {dealt} from the start, the file says {now}",
        "方案 {name} 保持启动时的比例 {dealt}，文件中为 {now}",
    ),
    "told.remark.otherwise": (
        "variant {name} answers otherwise than at the start: figures mix both",
        "方案 {name} 的回答与启动时不同：数据混合了两者",
    ),
    "told.remark.holds": (
        "{name} holds as at the start ({dealt}), the file says {now}",
        "{name} 保持启动时的值（{dealt}），文件中为 {now}",
    ),
    "told.remark.crossed": (
        "{n} units were seen in two variants: they are left out",
        "有 {n} 个单元出现在两个方案中：已排除",
    ),
    "told.remark.cut": ("only the newest {n} answers were read", "只读取了最新的 {n} 个回答"),
    "told.remark.varies": (
        "{n} {unit}s were answered there in the last {days} days; what they did does not say yet how {metric} varies",
        "最近 {days} 天有 {n} 个单元（{unit}）在那里得到回答；其行为还不足以判断 {metric} 的波动",
    ),
}
