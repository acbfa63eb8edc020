"""The page Map: a shop, its catalogue or one customer's interests, drawn and walked through."""
