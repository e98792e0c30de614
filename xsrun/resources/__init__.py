"""Values that stand for contents: files, zip archives and streams of elements."""
