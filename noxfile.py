# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of `make test`: antsibull-nox brings those that it has, and the others stand here.

A session with python=False has no environment of its own and uses the tools in .venv.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import antsibull_nox
import nox
from yacloud_mdb_emulator.testing import Emulator

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
COLLECTION = Path("ansible_collections/yacloud/mdb")
REPOSITORY = "https://github.com/yacloud/yacloud.mdb"
PYPROJECT = nox.project.load_toml("pyproject.toml")

# No check may see the developer's own cloud, or settings of Ansible in the environment.
for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "YC_"))]:
    del os.environ[name]
os.environ |= {"ANSIBLE_COLLECTIONS_PATH": str(BUILD / "collections"), "ANSIBLE_HOME": str(BUILD / "ansible")}

nox.needs_version = ">=2026.10"
nox.options.allow_parallel = True
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "yes"


@dataclass(frozen=True)
class Core:
    """A supported ansible-core: what to install, the controller Pythons it runs on, and sanity tests it cannot run."""

    requirement: str
    pythons: tuple[str, ...]
    skipped_sanity: tuple[str, ...] = ()


CORES = {
    "2.19": Core("ansible-core>=2.19,<2.20", ("3.11", "3.12", "3.13")),
    "2.20": Core("ansible-core>=2.20,<2.21", ("3.12", "3.13", "3.14")),
    "2.21": Core("ansible-core>=2.21,<2.22", ("3.12", "3.13", "3.14")),
    # pylint's requirements for this one are on no package index.
    "2.22": Core("ansible-core>=2.22.0rc1,<2.23", ("3.13", "3.14", "3.15"), skipped_sanity=("pylint",)),
}


# --- what the sessions share --------------------------------------------------------------------------------------


def group(name: str) -> list[str]:
    """The requirements of a dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def first_python(versions: tuple[str, ...]) -> str | None:
    """The first of these Python versions that this machine has."""
    for version in versions:
        command = ["uv", "python", "find", "--system", "--no-project", version]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return version
    return None


def copy_tree(place: Path) -> Path:
    """Copy what git would commit, uncommitted work included, to where Ansible finds collections below ``place``."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    tree = place.resolve() / COLLECTION
    for name in filter(None, names):
        if os.path.lexists(ROOT / name):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    return tree


@contextmanager
def collection_tree() -> Iterator[Path]:
    """A copy of the tree outside the checkout: in a git-ignored folder ansible-test skips every file and succeeds."""
    with tempfile.TemporaryDirectory(prefix="yacloud-mdb-") as place:
        yield copy_tree(Path(place))


def run(session: nox.Session, *command: str, env: dict[str, str] | None = None) -> str:
    """Run a command, print what it said, and return it."""
    output = str(session.run(*command, env=env, silent=True, external=True) or "")
    print(output)
    return output


def note(session: nox.Session, text: str) -> None:
    """Leave a line for the closing summary."""
    path = BUILD / "checks" / f"{session.name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def passed(output: str) -> str:
    """What pytest says in its last line."""
    return ", ".join(re.findall(r"^=+ (.*\bpassed\b.*) in .*=$", output, re.MULTILINE))


# Slow tests stand beside quick ones, so that who has nothing left to do takes some from the other.
PYTEST = ("pytest", "--numprocesses", "2", "--dist", "worksteal")

PYTHONS = {version: first_python(core.pythons) for version, core in CORES.items()}
EVERY_CORE = bool(os.environ.get("EVERY_CORE"))
# The cores on which some checks are left out, to keep `make test` short.
IN_BETWEEN = () if EVERY_CORE else tuple(version for version, python in PYTHONS.items() if python)[1:-1]


# --- the collection on each ansible-core --------------------------------------------------------------------------


def on_each_core(
    check: Callable[[nox.Session, str], None], requires: tuple[str, ...] = (), between: bool = True
) -> None:
    """Register a session of this check for each supported ansible-core.

    Without `between`, `make test` runs it on the oldest and the newest core that this machine can run.
    """
    for version, core in CORES.items():
        python = PYTHONS[version]
        left_out = not between and version in IN_BETWEEN

        def session(
            session: nox.Session,
            version: str = version,
            core: Core = core,
            found: str | None = python,
            left_out: bool = left_out,
        ) -> None:
            if found is None:
                session.skip(f"needs Python {' or '.join(core.pythons)}, and this machine has none of them")
            if left_out:
                session.skip("runs on the oldest and the newest core; with EVERY_CORE=1 on this one too")
            check(session, version)

        session.__doc__ = check.__doc__
        name = f"{check.__name__}-{version}"
        nox.session(name=name, python=python or False, requires=requires)(session)


def install_core(session: nox.Session, core: str, *extra: str) -> str:
    """Install this ansible-core and what the collection needs; return the versions that were found."""
    session.install(CORES[core].requirement, "--requirement", "requirements.txt", *extra)
    said = str(session.run("ansible", "--version", silent=True))
    version, python = re.search(r"\[core (.+)\]", said), re.search(r"python version = (\S+)", said)
    return f"ansible-core {version and version[1]}, Python {python and python[1]}"


def ansible_test_library(session: nox.Session) -> Path:
    """The folder of the installed ansible-test."""
    said = session.run("python", "-c", "import ansible_test; print(*ansible_test.__path__)", silent=True)
    return Path(str(said).strip())


def ansible_test_home(session: nox.Session, core: str) -> Path:
    """A home for ansible-test with the pip in it that it would otherwise fetch from a host of its own."""
    requirements = ansible_test_library(session) / "_internal/python_requirements.py"
    pip = re.search(r"\bpip='([0-9.]+)'", requirements.read_text(encoding="utf-8"))
    if pip is None:
        session.error(f"ansible-test of ansible-core {core} no longer says there which pip it wants")
    home = BUILD / "home" / core
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    session.run("uv", "pip", "install", "--quiet", "--target", str(cache / f"pip-{pip[1]}"), f"pip=={pip[1]}")
    shutil.copy2(ROOT / ".ci/get_pip.py", cache / f"get_pip_{pip[1].replace('.', '_')}.py")
    for kept in (".cache/pip", ".config/pip", ".pip"):
        link = home / kept
        if (Path.home() / kept).exists() and not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path.home() / kept)
    return home


def ansible_test(session: nox.Session, core: str, *arguments: str, variables: dict[str, str] | None = None) -> str:
    """Run ansible-test on a copy of the tree; the variables are for integration targets.

    What it leaves out is an error here, while ansible-test itself only warns.
    """
    home = ansible_test_home(session, core)
    with collection_tree() as tree, session.chdir(tree):
        if variables:
            (tree / "tests/integration/integration_config.yml").write_text(json.dumps(variables), encoding="utf-8")
        output = run(session, "ansible-test", *arguments, *session.posargs, env={"HOME": str(home)})
    left_out = re.search(r'All targets skipped|Excluding tests|Skipping sanity test "[^"]+" (?!on P).*', output)
    if left_out:
        session.error(f"ansible-test left something out: {left_out[0]}")
    return output


def sanity(session: nox.Session, core: str) -> None:
    """ansible-test sanity of what users get, without an ignore file

    ruff and mypy look after the tests and the emulator. Most tests tell the same on a second core, so that `make test` has them
    on the oldest, and on the newest those that look at plugins through ansible-core.
    """
    versions = install_core(session, core)
    everything = EVERY_CORE or core == min(CORES)
    chosen = () if everything else ("action-plugin-docs", "ansible-doc", "validate-modules")
    skipped = CORES[core].skipped_sanity if everything else ()
    options = [
        *(f"--exclude={folder}/" for folder in ("benchmarks", "emulator", "tests")),
        *(f"--test={name}" for name in chosen),
        *(f"--skip-test={name}" for name in skipped),
    ]
    output = ansible_test(session, core, "sanity", "--local", *options)
    tests = set(re.findall(r'Running sanity test "([^"]+)"', output))
    without = "".join(f", without {name} (on no package index)" for name in skipped)
    note(session, f"{versions}: {len(tests)} tests{without}")


def integration(session: nox.Session, core: str) -> None:
    """ansible-test integration and whole runs: real playbooks against the emulator

    The same targets and runs tell little new on a second core, so that `make test` has the runs on the oldest, and on
    the newest the targets with those runs that rest on private parts of ansible-core.
    """
    versions = install_core(session, core, "redis>=5,<9")
    everything = EVERY_CORE or bool(session.posargs)
    targets = integration_targets(session, core) if everything or core != min(CORES) else 0
    place = "tests/integration/system"
    runs = [place, f"--ignore={place}/test_drill.py"]
    if not everything and core != min(CORES):
        private = ("endings.py", "places.py::test_which_tasks_need_no_module", "sharing.py", "waiting.py")
        runs = [f"{place}/test_{name}" for name in private]
    env = {"ANSIBLE_PLAYBOOK": str(Path(session.bin) / "ansible-playbook")}
    said = "" if session.posargs else passed(run(session, *PYTEST, *runs, env=env))
    note(session, f"{versions}: {targets} targets; {said}")


def integration_targets(session: nox.Session, core: str) -> int:
    """Run ansible-test's targets, or those that are named; return how many."""
    arguments = ["integration", "--local", "--python", str(session.python)]
    with Emulator.start() as plain, Emulator.start(["--tls"]) as tls:
        output = ansible_test(session, core, *arguments, variables=emulated_cloud(plain, tls))
    targets = set(re.findall(r"Running (\S+) integration test role", output))
    if not targets:
        session.error("ansible-test found no integration target")
    return len(targets)


def emulated_cloud(plain: Emulator, tls: Emulator) -> dict[str, str]:
    """What integration targets know about the emulators: each is in use by one target at a time, which resets it."""
    return {
        "emulator_url": plain.url,
        "emulator_admin_url": f"{plain.url}/emulator",
        "emulator_iam_token": plain.iam_token,
        "emulator_folder_id": plain.folder_id,
        "emulator_key_file": plain.key_file,
        "emulator_oidc_token": plain.oidc_token,
        "emulator_service_account_id": plain.service_account_id,
        "emulator_tls_url": tls.url,
        "emulator_tls_admin_url": f"{tls.url}/emulator",
        "emulator_tls_key_file": tls.key_file,
        "emulator_ca_file": str(tls.ca_file),
    }


def units(session: nox.Session, core: str) -> None:
    """ansible-test units: the unit tests of the plugins"""
    if not EVERY_CORE:
        session.skip("the check pytest runs them on the core in .venv; with EVERY_CORE=1 this one too")
    versions = install_core(session, core, "--requirement", "tests/unit/requirements.txt")
    wanted = str(ansible_test_library(session) / "_data/requirements/units.txt")
    session.install("--requirement", wanted, *group("test"), "mock<6", "pytest-mock<4")
    targets = [] if session.posargs else ["tests/unit/plugins/"]
    output = ansible_test(session, core, "units", "--local", "--python", str(session.python), *targets)
    note(session, f"{versions}: {passed(output)}")


def install(session: nox.Session, core: str) -> None:
    """the built archive, installed by ansible-galaxy, runs the demo"""
    versions = install_core(session, core, *group("run"))
    archive = next((BUILD / "archive").glob("*.tar.gz"))
    with tempfile.TemporaryDirectory(prefix="yacloud-mdb-") as place:
        env = {"ANSIBLE_COLLECTIONS_PATH": place}
        session.run("ansible-galaxy", "collection", "install", "--offline", "-p", place, str(archive), env=env)
        run(session, "examples/demo.sh", env=env)
    note(session, versions)


on_each_core(sanity, between=False)
on_each_core(integration, between=False)
on_each_core(units)
on_each_core(install, requires=("build",), between=False)


# --- the project's own code ---------------------------------------------------------------------------------------


@nox.session(python=False)
def pytest(session: nox.Session) -> None:
    """unit tests of everything, the emulator included"""
    output = run(session, *PYTEST, *session.posargs)
    note(session, passed(output))


@nox.session(python=False)
def matrix(session: nox.Session) -> None:
    """every fault, while reading and while writing; the vendor's SDK and the real gateway as witnesses"""
    output = run(session, *PYTEST, "tests/integration/matrix", *session.posargs)
    figures = re.findall(r"^[a-z ]*matrix: .*", output, re.MULTILINE)
    note(session, "; ".join(figures) or passed(output))


@nox.session(python=False)
def drill(session: nox.Session) -> None:
    """whole restore drills by ansible-playbook, against real Redis servers; slow, so on the core in .venv only"""
    note(session, passed(run(session, *PYTEST, "tests/integration/system/test_drill.py")))


@nox.session(python=False)
def browser(session: nox.Session) -> None:
    """unit tests that look at a page in Chromium"""
    if not shutil.which("chromium"):
        session.skip("there is no Chromium; on Debian: apt-get install chromium")
    output = run(session, "pytest", "-m", "browser", *session.posargs)
    if not passed(output):
        session.error("every test was skipped")
    note(session, passed(output))


@nox.session(python=False)
def format(session: nox.Session) -> None:
    """ruff format: Python code is in the project's format (make format rewrites it)"""
    session.run("ruff", "format", "--diff", ".", *session.posargs)


@nox.session(python=False)
def ruff(session: nox.Session) -> None:
    """ruff check: Python code"""
    session.run("ruff", "check", ".", *session.posargs)


@nox.session(python=False)
def mypy(session: nox.Session) -> None:
    """mypy --strict: types of the plugins, the emulator and the tools"""
    plugins = f"build/collections/{COLLECTION}/plugins"
    session.run("mypy", plugins, "emulator/src", "benchmarks", ".ci", "noxfile.py", *session.posargs)


@nox.session(python=False)
def shellcheck(session: nox.Session) -> None:
    """shellcheck: shell scripts"""
    session.run("shellcheck", ".ci/run", ".ci/find_python", ".ci/install_programs", "examples/demo.sh")


@nox.session(python=False)
def changelog(session: nox.Session) -> None:
    """antsibull-changelog: fragments and changelog.yaml"""
    session.run("antsibull-changelog", "lint")
    session.run("antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml")


# --- what users get -----------------------------------------------------------------------------------------------


@nox.session(python=False)
def build(session: nox.Session) -> None:
    """ansible-galaxy collection build: the archive"""
    shutil.rmtree(BUILD / "archive", ignore_errors=True)
    with collection_tree() as tree:
        session.run("ansible-galaxy", "collection", "build", "--output-path", str(BUILD / "archive"), str(tree))


@nox.session(requires=["build"])
def galaxy(session: nox.Session) -> None:
    """galaxy-importer: Galaxy would take the archive, without a warning"""
    session.install(*group("galaxy"))
    env = {"GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "False"}  # a check of its own
    with session.chdir(BUILD / "archive"):
        output = run(session, "python", "-m", "galaxy_importer.main", next(Path().glob("*.tar.gz")).name, env=env)
    complaints = re.findall(r"^(?:WARNING|ERROR):.*", output, re.MULTILINE)
    if complaints or "Importer processing completed successfully" not in output:
        session.error("\n".join(["galaxy-importer is not content", *complaints]))


@nox.session(name="execution-environment", requires=["build"])
def execution_environment(session: nox.Session) -> None:
    """ansible-builder: finds what the collection needs, and takes the example"""
    session.install(*group("execution-environment"))
    with collection_tree() as tree:
        found = run(session, "ansible-builder", "introspect", "--sanitize", str(tree.parents[2]))
        session.run(
            "ansible-builder", "create", "--context", str(tree / "context"), "--file", "execution-environment.yml"
        )
    if "requests" not in found:
        session.error("ansible-builder does not see the collection's requirements")


@nox.session(name="docs-site")
def docs_site(session: nox.Session) -> None:
    """antsibull-docs and Sphinx: the documentation site, into build/docs"""
    session.install(*group("docs"))
    site, rst = BUILD / "docs", BUILD / "docs/rst"
    shutil.rmtree(site, ignore_errors=True)
    rst.mkdir(parents=True)
    about = ["--use-current", "--squash-hierarchy", "--fail-on-error", "yacloud.mdb"]
    title = ["--project", "yacloud.mdb", "--title", "yacloud.mdb", "--copyright", "The yacloud.mdb authors"]
    session.run("antsibull-docs", "sphinx-init", "--lenient", "--dest-dir", str(site), *title, *about)
    with (site / "conf.py").open("a", encoding="utf-8") as conf:
        # Other projects' inventories would have to be fetched; docs-check looks after references to our own pages.
        conf.write("\nintersphinx_mapping = {}\nsuppress_warnings = ['ref.ref']\n")
        # The guides link to each other as files, so that they can be read in the repository too.
        conf.write("def html(app, name, source): source[0] = source[0].replace('.rst>`_', '.html>`_')\n")
        conf.write("def setup(app): app.connect('source-read', html)\n")
    rst.chmod(0o755)
    configuration = site / "antsibull-docs.cfg"
    # Each page says how the collection is installed; it is not on Galaxy.
    text = configuration.read_text(encoding="utf-8").replace("install {namespace}.{name}", f"install git+{REPOSITORY}")
    configuration.write_text(re.sub(r"https://galaxy.ansible.com/.+/", REPOSITORY, text), encoding="utf-8")
    options = ["--config-file", str(configuration)]
    session.run("antsibull-docs", *options, "collection", "--cleanup", "everything", "--dest-dir", str(rst), *about)
    session.run("sphinx-build", "-q", "-W", "--keep-going", "-b", "html", "-c", str(site), str(rst), str(site / "html"))


# --- not among the checks -----------------------------------------------------------------------------------------


@nox.session(python=False)
def mutation(session: nox.Session) -> None:
    """mutmut: changes of the code that no unit test notices; `mutmut show NAME` in build/mutation shows one"""
    place = BUILD / "mutation"
    shutil.rmtree(place, ignore_errors=True)
    copy_tree(place)
    shutil.copy2("pyproject.toml", place)
    with session.chdir(place):
        session.run("mutmut", "run", *session.posargs)
        session.run("mutmut", "results")


antsibull_nox.load_antsibull_nox_toml()
# `lint` only calls other sessions, and the matrix is for another way to run them.
OTHERS = ("lint", "matrix-generator", "mutation")
nox.options.sessions = [name for name in nox.registry.get() if name not in OTHERS]
