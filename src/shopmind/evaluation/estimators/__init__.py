"""Menu of estimators: what a policy would have earned, told from the log of another one."""

from shopmind.kit.menu import Menu

MENU = Menu(
    "estimator",
    {
        "ips": "shopmind.evaluation.estimators.ips:Ips",
        "snips": "shopmind.evaluation.estimators.snips:Snips",
        "dm": "shopmind.evaluation.estimators.dm:Dm",
        "dr": "shopmind.evaluation.estimators.dr:Dr",
        "plain_dr": "shopmind.evaluation.estimators.plain_dr:PlainDr",
        "sndr": "shopmind.evaluation.estimators.sndr:Sndr",
        "switch_dr": "shopmind.evaluation.estimators.switch_dr:SwitchDr",
        "dros": "shopmind.evaluation.estimators.dros:Dros",
        "mips": "shopmind.evaluation.estimators.mips:Mips",
        "iips": "shopmind.evaluation.estimators.iips:Iips",
        "rips": "shopmind.evaluation.estimators.rips:Rips",
        "cascade_dr": "shopmind.evaluation.estimators.cascade_dr:CascadeDr",
    },
)
