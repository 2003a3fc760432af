"""The scene of `odziv demo`, in a process whose environment names the demo's own data folder."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")
    django.setup()
    from odziv.demo.scene import main

    sys.exit(main(sys.argv[1:]))
