"""The page Customers: one person, what they like and why, what they did and will do, and the button that forgets."""
