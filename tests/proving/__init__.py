"""What `python tests/proofs.py` proves about runs whose processes, databases and disks fail."""
