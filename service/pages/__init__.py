"""The HTML pages people open from a card: made on the server, complete in one answer, asking nothing of other hosts."""
