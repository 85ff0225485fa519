# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m yacloud_mdb_emulator``: the same as the console command."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
