"""What is kept: invocations with their cards, feedback, and links to evidence. Plain rows in, plain rows out."""
