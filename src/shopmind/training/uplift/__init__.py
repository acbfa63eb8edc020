"""From a trial to what an offer changes: the table, the learners, the recipe."""
