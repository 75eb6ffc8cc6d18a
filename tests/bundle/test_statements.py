"""What a person said of data that was not corrected stands beside the data in every later copy."""

from dataclasses import replace

import pytest

from requests_app.bundle.information import information
from requests_app.bundle.material import Material


@pytest.mark.promise("O4")
def test_the_persons_own_words_stand_in_a_later_copy(material: Material) -> None:
    words = "I am called <King> since May."
    page = b"".join(information(replace(material, statements=(("Orders, Name", words),)))).decode()

    assert "Orders, Name" in page
    assert "I am called &lt;King&gt; since May." in page
    assert "own words" not in b"".join(information(material)).decode()
