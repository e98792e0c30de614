"""What providers promise: facts about their interfaces that more than one part of xsrun goes by."""
