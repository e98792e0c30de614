"""Texts that are kept in folders by their hash, and forgotten when there are many."""

import os

from xsrun.engine import documents


def test_the_document_that_was_used_longest_ago_goes_unless_it_is_in_use(tmp_path):
    folder = str(tmp_path)
    oldest, again, third = (documents.keep(folder, f"document {at}") for at in range(3))
    for at in range(documents.MOST - 3):
        os.mkdir(tmp_path / f"another-{at}")
    for at, home in enumerate((oldest, again, third)):
        os.utime(home, (at, at))
    assert documents.keep(folder, "document 1") == again
    newest = documents.keep(folder, "document 3", lambda: {oldest})
    assert [os.path.exists(each) for each in (oldest, again, third, newest)] == [True, True, False, True]
    assert len(os.listdir(folder)) == documents.MOST
