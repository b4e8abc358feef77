"""`python -m pondctl`."""

import sys

from pondctl.main import main

if __name__ == "__main__":
    sys.exit(main())
