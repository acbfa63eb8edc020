"""What goes wrong: a sentence for each code, and the messages that people meet most."""

WORDS: dict[str, tuple[str, str]] = {
    "error.code.error": ("The API could not do this.", "API 未能完成此操作。"),
    "error.code.internal": ("Something went wrong in the API itself.", "API 自身出错。"),
    "error.code.bad_request": ("The request cannot be read.", "无法读取该请求。"),
    "error.code.bad_input": (
        "What was given is not allowed; nothing was changed.",
        "填写的内容不被允许；没有任何改动。",
    ),
    "error.code.not_found": ("What was named does not exist.", "所指的内容不存在。"),
    "error.code.access_denied": ("Your key may not do this.", "你的密钥无权执行此操作。"),
    "error.code.too_many_requests": ("The API is busy; try again in a moment.", "API 正忙，请稍后再试。"),
    "error.code.not_ready": ("Something must be built or fetched first.", "需要先构建或获取某些内容。"),
    "error.code.missing_extra": ("A part that is optional is not installed.", "缺少一个可选组件。"),
    "error.code.storage_fault": (
        "A disk, file or database is at fault; what was acknowledged before is kept.",
        "磁盘、文件或数据库出现故障；之前已确认的内容不会丢失。",
    ),
    "error.code.method_not_allowed": ("The API does not offer this here.", "API 在此处不提供该操作。"),
    "error.code.body_too_large": ("This is more than the API takes at once.", "内容超过 API 一次可接收的大小。"),
    "error.code.wrong_content_type": ("The API does not read this kind of content.", "API 无法读取这种内容。"),
    "error.code.wrong_host": ("The API does not answer under this name.", "API 不以此名称应答。"),
    "told.error.not_allowed": (
        "{where}: {given} is not allowed; allowed: {names}",
        "{where}：不允许 {given}；允许的有：{names}",
    ),
    "told.error.not_allowed_near": (
        "{where}: {given} is not allowed (did you mean {near}?); allowed: {names}",
        "{where}：不允许 {given}（是不是 {near}？）；允许的有：{names}",
    ),
    "told.error.key_needed": (
        "a key is needed: send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'",
        "需要密钥：请以“Authorization: Bearer KEY”或“X-API-Key: KEY”发送",
    ),
    "told.error.key_unknown": (
        "the key is not known; it may have been revoked",
        "密钥无效，可能已被吊销",
    ),
    "told.error.scope": (
        "this needs the scope {scope}; a key of the role {role} has: {scopes}",
        "此操作需要权限 {scope}；角色 {role} 的密钥有：{scopes}",
    ),
    "told.error.scope_toml": (
        "scenario_toml needs the scope 'merchandise'; this key has: {scopes}",
        "scenario_toml 需要权限 merchandise；此密钥有：{scopes}",
    ),
    "told.error.scope_terms": (
        "{name} is between advertisers and the shop; to ask by it needs the scope 'merchandise'",
        "{name} 只在广告主与商店之间；按它查询需要权限 merchandise",
    ),
    "told.error.public_read": (
        "this is for the people of the shop: a public key may not read it",
        "这些内容仅供商店人员：公开密钥不能读取",
    ),
    "told.error.public_address": (
        "only a public key may stand in an address: logs and histories keep addresses",
        "地址中只能使用公开密钥：地址会被日志和历史记录保存",
    ),
    "told.error.open_pages": (
        "an open shop takes nothing from pages of other sites; use a key with origins",
        "开放商店不接受其他网站页面的请求；请使用带来源的密钥",
    ),
    "told.error.origin": ("this key may not be used by pages of {origin}", "{origin} 的页面不能使用此密钥"),
    "told.error.rate": (
        "more than {n} requests a second; retry in {seconds} s",
        "每秒请求超过 {n} 个；请在 {seconds} 秒后重试",
    ),
    "told.error.looking": (
        "more than {n} others are looking into answers; come back in a few seconds",
        "同时查看回答的人超过 {n} 个；请几秒后再来",
    ),
    "told.error.waiting": (
        "more than {n} requests are waiting; come back in a second",
        "等待中的请求超过 {n} 个；请一秒后再来",
    ),
    "told.error.lease": (
        "{path}: process {holder} has the lease; try again when it is done",
        "{path}：正被进程 {holder} 占用；请等它结束后再试",
    ),
    "told.error.writing": (
        "{path}: others have been writing for {seconds} s",
        "{path}：其他进程已写入 {seconds} 秒",
    ),
    "told.error.held": (
        "{path}: another process has held the database for {seconds} s",
        "{path}：另一个进程已占用数据库 {seconds} 秒",
    ),
    "told.error.text_index": (
        "{path}: another process is writing the text index",
        "{path}：另一个进程正在写入文本索引",
    ),
    "told.error.extra": (
        "{what} needs the extra [{extra}]: pip install {why}",
        "{what} 需要扩展 [{extra}]：pip install {why}",
    ),
    "told.error.extra.sequence": ("training the sequence model", "训练序列模型"),
    "told.error.letter": (
        "a letter to this person is being handed over; ask again, no other is begun until then",
        "正在向此人投递一封信件；请稍后再问，在此之前不会开始另一封",
    ),
    "told.error.file": ("{path}: there is no such file", "没有文件 {path}"),
    "told.error.item_shop": ("item {item} is not in this shop", "商品 {item} 不在本店"),
    "told.error.item_none": ("item {item}: there is no such item", "没有商品 {item}"),
    "told.error.items": ("items: not in the catalogue: {names}", "不在目录中的商品：{names}"),
    "told.error.shown": ("{column} {value}: no item that is shown has it", "{column} {value}：没有可展示的商品"),
    "told.error.promotion": (
        "promotion {name}: there is none that covers anything",
        "优惠 {name}：没有这样的优惠，或它不覆盖任何商品",
    ),
    "told.error.offer": ("offer {name}: there is no such offer", "没有优惠 {name}"),
    "told.error.user": ("this user is not known to the shop", "本店没有这位用户"),
    "told.error.user_refused": ("this user does not want to be looked at", "这位用户不希望被分析"),
    "told.error.user_nothing": (
        "nothing is known of what this user did",
        "没有这位用户的行为记录",
    ),
    "told.error.rule": ("rules: there is no rule {name}", "没有规则 {name}"),
    "told.error.rule_version": (
        "rules: rule {name} has no version {version} to go back to",
        "规则 {name} 没有可恢复的版本 {version}",
    ),
    "told.error.lexicon": ("lexicon: there is no entry {name}", "词库中没有 {name}"),
    "told.error.judgement": ("judgements: there is no judgement {name}", "没有评判 {name}"),
    "told.error.judgement_set": ("judgements: there is no set {name}", "没有评判集 {name}"),
    "told.error.knowledge": ("knowledge: there is no entry {name}", "知识日志中没有 {name}"),
    "told.error.key": ("key: there is no key {name}", "没有密钥 {name}"),
    "told.error.experiment": (
        "experiments: there is no experiment {name}; {what}",
        "没有实验 {name}；{what}",
    ),
    "told.error.there_are": ("there are: {names}", "现有：{names}"),
    "told.error.experiment_first": ("a file experiments/NAME.toml makes one", "可用文件 experiments/NAME.toml 创建"),
    "told.error.model": ("models: there is no {name}; there are: {names}", "没有模型 {name}；现有：{names}"),
    "told.error.model_version": (
        "models: {name}: there is no version {version}; there are: {names}",
        "模型 {name} 没有版本 {version}；现有：{names}",
    ),
    "told.error.artifact": (
        "artifact {name}: no version {version}; there are: {names}",
        "模型 {name} 没有版本 {version}；现有：{names}",
    ),
    "told.error.scenario": (
        "scenario: there is no scenario {name}; there are: {names}",
        "没有场景 {name}；现有：{names}",
    ),
    "told.error.scenario_file": (
        "scenario: the shop has no file of its own for {name}",
        "商店没有 {name} 的自有文件",
    ),
    "told.error.scenario_version": (
        "scenario {name}: there is no version {version}; kept: {names}",
        "场景 {name} 没有版本 {version}；保留的有：{names}",
    ),
    "told.error.unsubscribe": (
        "this address is not complete, or not of this shop; copy all of it",
        "此地址不完整，或不属于本店；请完整复制",
    ),
    "told.error.nothing_here": ("there is nothing at {path}; see /docs", "{path} 处没有内容；见 /docs"),
    "told.error.log": (
        "something went wrong here; the log knows it as request {request}",
        "此处出错；日志中的请求编号为 {request}",
    ),
    "told.rule.strangers": ("not in the catalogue: {names}", "不在目录中：{names}"),
    "told.rule.no_item": ("no item meets the filter", "没有商品符合筛选条件"),
    "told.rule.no_text": (
        "no item has {column} as a text: the cap counts nothing",
        "没有商品带有文本 {column}：上限不起作用",
    ),
    "told.rule.hides": (
        "it hides {item}, which rule {rule} wants seen: the item stays hidden",
        "它隐藏 {item}，而规则 {rule} 要展示它：该商品保持隐藏",
    ),
    "told.rule.hidden": (
        "rule {rule} hides {item}: the item stays hidden",
        "规则 {rule} 隐藏 {item}：该商品保持隐藏",
    ),
    "told.rule.opposite": (
        "rule {rule} does the opposite to {item}: their strengths multiply",
        "规则 {rule} 对 {item} 的作用相反：两者强度相乘",
    ),
    "told.rule.pins": (
        "rule {rule} pins {item} too: {first} places it",
        "规则 {rule} 也置顶 {item}：以 {first} 的位置为准",
    ),
    "told.rule.places": (
        "rule {rule} pins to the same place: {first} goes first, the other's items follow",
        "规则 {rule} 置顶到相同位置：{first} 在前，另一条的商品随后",
    ),
    "told.rule.leads": (
        "rule {rule} redirects the same query: {first} leads",
        "规则 {rule} 跳转同一搜索词：以 {first} 为准",
    ),
    "told.rule.wants": (
        "it hides {item}, and rule {rule} beside it wants the same item seen: leave one out",
        "它隐藏 {item}，而同时提交的规则 {rule} 要展示它：请去掉其中一条",
    ),
    "told.rule.pins_too": (
        "rule {rule} beside it pins {item} too: leave one out, or give one a higher priority",
        "同时提交的规则 {rule} 也置顶 {item}：请去掉其中一条，或设置优先级",
    ),
    "told.rule.leads_elsewhere": (
        "rule {rule} beside it leads the same query elsewhere: leave one out, or set a priority",
        "同时提交的规则 {rule} 把同一搜索词跳转到别处：请去掉其中一条，或设置优先级",
    ),
    "told.rule.over": ("its time was over at {at}", "其有效期已于 {at} 结束"),
}
