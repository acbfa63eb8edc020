"""What few know and this user would like: a retriever without a popularity bias, and an adversarial generator."""
