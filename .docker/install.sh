#!/bin/sh
# What the Dockerfile does, as a script of its own, so that ./run install does the same in an empty root without Docker.
#   install.sh wheel SOURCES FOLDER   build the wheel of SOURCES into FOLDER
#   install.sh portal LOCK FOLDER     install the packages of LOCK and FOLDER's wheel into /opt/portal, and make the user
#   install.sh libraries FOLDER NAME… install the packages of FOLDER's NAME.lock into /opt/portal besides
# All need only Python, pip and apt. The network, a mirror and certificates are the machine's: /etc/pip.conf and PIP_ variables.
set -eu

packages() { # packages ENVIRONMENT OPTIONS…
    environment=$1
    shift
    python3 -m pip --python "$environment/bin/python" --disable-pip-version-check --no-cache-dir \
        install --root-user-action=ignore --no-deps --no-compile "$@"
}

# The user cannot write here, so what is imported is compiled now; of faker a program takes one list of a language, and
# the bytecode of all the others would be 25 MB.
compiled() {
    python3 -m compileall -q -j 0 -x '/faker/' /opt/portal/lib
}

case "${1:-} $#" in
"wheel 3")
    sources=$2 folder=$3
    python3 -m venv --without-pip /tmp/build
    packages /tmp/build --require-hashes -r "$sources/.docker/build.lock"
    (cd "$sources" && /tmp/build/bin/python -m hatchling build -t wheel -d "$folder")
    rm -r /tmp/build
    ;;
"portal 3")
    lock=$2 folder=$3
    # `portal backup` and `portal restore` use PostgreSQL's own programs, of the version of compose.yaml's database.
    apt-get update -q
    apt-get install -qy --no-install-recommends postgresql-client-17
    rm -rf /var/lib/apt/lists/*
    groupadd --gid 10001 portal
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/portal --shell /usr/sbin/nologin portal
    install -d -o portal -g portal -m 0700 /var/lib/portal
    python3 -m venv --without-pip /opt/portal
    packages /opt/portal --require-hashes -r "$lock"
    packages /opt/portal --no-index "$folder"/*.whl
    compiled
    ;;
"libraries "*)
    folder=$2
    shift 2
    for name in "$@"; do
        packages /opt/portal --require-hashes -r "$folder/$name.lock"
    done
    compiled
    ;;
*)
    echo "Use: install.sh wheel SOURCES FOLDER, install.sh portal LOCK FOLDER, or install.sh libraries FOLDER NAME…" >&2
    exit 2
    ;;
esac
