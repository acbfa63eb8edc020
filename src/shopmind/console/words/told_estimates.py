"""What estimates from the log say: why there is none, cautions, notes, and how far one is."""

WORDS: dict[str, tuple[str, str]] = {
    "told.estimate.as_of_then": (
        "the candidate answers without exploring, for who asked and as of then, by the artifacts of now",
        "候选方案以当时的顾客与时刻、用现在的模型作答，且不做探索",
    ),
    "told.estimate.trained_since": (
        "trained since these answers, so they may know what came of them: {names}",
        "以下模型在这些回答之后训练，可能已知道其结果：{names}",
    ),
    "told.estimate.chance_places": (
        "only places where the log chose by chance count ({places}); at the others the candidate shows the same item "
        "in {share} of the answers, and of the rest nothing can be said",
        "只统计日志中随机选择的位置（{places}）；其余位置上候选方案有 {share} 的回答展示相同商品，剩下的无从判断",
    ),
    "told.estimate.intervals": (
        "low and high are those of the asymptotic interval, which takes out skewness and so suits few rewards and "
        "heavy weights; the studentised bootstrap beside it agrees with many rewards. Neither knows the bias of an "
        "estimator whose trust is misplaced",
        "上下限取自渐近区间，它校正了偏度，适合奖励少、权重大的情形；旁边的学生化自助法区间在奖励多时与之一致。"
        "若估计量的前提不成立，两者都无法反映其偏差",
    ),
    "told.estimate.explore": (
        "every choice of the log was certain (propensity 1), so it says nothing of another policy; switch exploration "
        "on for a share of the answers (docs: how to explore) and ask again when it has run for a while",
        "日志中的每次选择都是确定的（倾向得分为 1），无法说明其他策略的效果；请对一部分回答开启探索（见文档 how to "
        "explore），运行一段时间后再评估",
    ),
    "told.estimate.few_effective": (
        "the effective sample size is {n}: intervals promise 95 % from 100 on",
        "有效样本量为 {n}：达到 100 以上时区间才有 95% 的保证",
    ),
    "told.estimate.mean_weight": (
        "the mean weight is {mean}, not 1: propensities and target do not quite fit",
        "平均权重为 {mean} 而不是 1：倾向得分与目标不太吻合",
    ),
    "told.estimate.few_rewards": (
        "only {n} rewards: read the asymptotic interval, which heeds their skewness",
        "只有 {n} 个奖励：请看渐近区间，它考虑了偏度",
    ),
    "told.estimate.contradiction": (
        "the log contradicts its own propensities: chances told from its features make its choices 10^{n} times as "
        "likely as what it says of itself, where 1,000 times would be seen once in a thousand true logs. Look how "
        "propensities are written down; until then what trusts them alone (ips, snips) is off",
        "日志与其自身的倾向得分矛盾：由特征推断的概率使其选择的可能性达到自报概率的 10^{n} 倍，而在真实日志中，"
        "千份里才有一份会超过 1,000 倍。请检查倾向得分的记录方式；在此之前，只依赖它的估计量（ips、snips）不可靠",
    ),
    "told.estimate.contradiction_replaced": (
        "the log contradicts its own propensities: chances told from its features make its choices 10^{n} times as "
        "likely as what it says of itself, where 1,000 times would be seen once in a thousand true logs. Look how "
        "propensities are written down; until then what trusts them alone (ips, snips) is off, and dr reads the told "
        "chances instead",
        "日志与其自身的倾向得分矛盾：由特征推断的概率使其选择的可能性达到自报概率的 10^{n} 倍，而在真实日志中，"
        "千份里才有一份会超过 1,000 倍。请检查倾向得分的记录方式；在此之前，只依赖它的估计量（ips、snips）不可靠，"
        "dr 则改用推断的概率",
    ),
    "told.estimate.no_rows": ("the log has no rows", "日志为空"),
    "told.estimate.no_support": (
        "support is missing: {share} of the target goes to arms that the log never showed; what they earn cannot be "
        "told from it",
        "缺少依据：目标策略有 {share} 落在日志从未展示过的选项上，其收益无法由日志得出",
    ),
    "told.estimate.too_few_rewards": (
        "the log has {n} rewards in {rows} rows; {least} are the least that say anything",
        "日志的 {rows} 行中只有 {n} 个奖励，至少需要 {least} 个",
    ),
    "told.estimate.not_this_log": (
        "the mean weight is {mean} where 1 is due (± {error}): the propensities are not those of this log",
        "平均权重为 {mean}，应为 1（± {error}）：倾向得分与这份日志不符",
    ),
    "told.estimate.hardly_went": (
        "the mean weight is {mean} where 1 is due (± {error}): the target goes where the log hardly went, or the "
        "propensities are not those of this log",
        "平均权重为 {mean}，应为 1（± {error}）：目标策略的选择在日志中极少出现，或倾向得分与这份日志不符",
    ),
    "told.estimate.one_row": (
        "the effective sample size is {n} of {rows} rows (at least {least} are needed): one row carries {share} of all "
        "weight, so its luck would be the answer",
        "{rows} 行的有效样本量只有 {n}（至少需要 {least}）：单独一行就占全部权重的 {share}，结果只会反映它的运气",
    ),
    "told.estimate.weights_stand_for": (
        "its weights stand for {n} rows; {least} are needed",
        "其权重只相当于 {n} 行，需要 {least} 行",
    ),
    "told.estimate.no_kinds": (
        "the log does not say of which kind an arm is (column kind)",
        "日志没有说明各选项的类别（kind 列）",
    ),
    "told.estimate.no_slates": (
        "the log does not say which rows are one answer (columns request_id and position)",
        "日志没有说明哪些行属于同一个回答（request_id 与 position 列）",
    ),
    "told.estimate.per_row": ("mean reward of a row", "每行的平均奖励"),
    "told.estimate.per_answer": ("mean reward of an answer", "每个回答的平均奖励"),
    "told.estimate.no_answers": (
        "{scenario}: the log holds no answer of this scenario",
        "{scenario}：日志中没有这个场景的回答",
    ),
    "told.estimate.propensities": (
        "slates: {n} propensities are not above 0 and at most 1, the first {value} at position {place} of request "
        "{request}",
        "有 {n} 个倾向得分不在 0（不含）到 1 之间，第一个是请求 {request} 第 {place} 位的 {value}",
    ),
    "told.estimate.another": ("another estimate runs", "另一个评估正在运行"),
    "told.estimate.runs": ("an estimate runs already; wait for it, or cancel it", "已有评估在运行；请等待或取消它"),
    "told.estimate.cancelled": ("somebody cancelled it", "已被人取消"),
    "told.estimate.too_long": ("it took longer than {n} minutes", "超过了 {n} 分钟"),
    "told.estimate.killed": ("its process was killed", "其进程被终止"),
    "told.estimate.ended": ("its process ended with {code}", "其进程以代码 {code} 结束"),
    "told.estimate.none_called": ("estimate: there is none called {name}", "没有编号为 {name} 的评估"),
    "told.doing.begin": ("begin", "准备中"),
    "told.doing.ask": ("ask {scenario}", "重放 {scenario} 的请求"),
}
