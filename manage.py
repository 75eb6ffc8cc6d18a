#!/usr/bin/env python3
"""The one command: `demo`, `test`, `bench`, and everything that Django's manage.py knows.

Written so that an old Python can still read it and say what it lacks.
"""

import sys

from dsar.launch import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
