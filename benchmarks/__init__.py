"""One file a question, side by side with peers in one run; results/*.json with machine, commit and seed."""
