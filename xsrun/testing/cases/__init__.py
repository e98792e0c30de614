"""Cases: runs of a job in files beside it, each with what goes in, who answers, and what has to come out."""
