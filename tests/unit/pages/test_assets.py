"""The JavaScript modules that the server gives out, as one flat folder."""

import gzip
import re
from collections import Counter

from pages.parts import assets


def test_no_two_modules_share_a_name():
    names = Counter(path.name for folder in assets._MODULES_FOLDERS for path in folder.iterdir() if path.is_file())
    assert not [name for name, times in names.items() if times > 1]


def test_what_a_module_imports_is_given_out_too():
    code = {name: gzip.decompress(packed).decode() for name, packed in assets.modules().items()}
    wanted = {
        (name, other)
        for name, text in code.items()
        for other in re.findall(r'^(?:import|export)[^;]*? from "\./([\w.]+)";', text, re.MULTILINE)
    }
    assert ("class.js", "client.js") in wanted
    assert not [(name, other) for name, other in wanted if other not in code]
