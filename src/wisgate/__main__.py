"""`python -m wisgate` is `wisgate`."""

from .cli import main

if __name__ == "__main__":
    main()
