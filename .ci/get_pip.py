# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install pip into an empty environment, as get-pip.py does, from the pip that lies unpacked beside this file.

ansible-test runs ~/.ansible/test/cache/get_pip_<version>.py and would fetch it from a host of its own. The noxfile puts
this file there, so that package indexes are all that a test run has to reach.
"""

import sys
from pathlib import Path

cache = Path(__file__).parent
version = Path(__file__).stem.removeprefix("get_pip_").replace("_", ".")
sys.path.insert(0, str(cache / f"pip-{version}"))

from pip._internal.cli.main import main  # noqa: E402

arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--upgrade", "--force-reinstall", *arguments]))
