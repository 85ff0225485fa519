# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local server that speaks the Managed Redis API of Yandex Cloud."""

__version__ = "0.1.0"
