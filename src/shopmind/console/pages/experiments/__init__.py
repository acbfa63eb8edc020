"""The page Experiments: plan, run, read, decide; estimates from the log; the knowledge log."""
