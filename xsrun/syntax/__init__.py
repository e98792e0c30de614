"""Source text to tree: grammar, lexer, parser, tree, printer."""
