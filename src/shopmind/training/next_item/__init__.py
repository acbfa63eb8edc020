"""What a user takes next: signals of many kinds, and weights for them learned from the last step of every user."""
