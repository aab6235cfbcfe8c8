"""``python -m lifecircle`` is the command line, for machines without scripts on the path."""

from lifecircle.cli import main

if __name__ == "__main__":
    main()
