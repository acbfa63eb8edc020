"""What a customer will do: the next action, whether and when there is another purchase, and whether they are lost."""
