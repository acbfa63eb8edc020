"""Who redeems what they are given: the cases, the evidence, the recipe."""
