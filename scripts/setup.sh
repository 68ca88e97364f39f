#!/bin/sh
# What a machine must have before Lumen is built. Installs what it can, names what it cannot, one line each.
set -eu

need() {
    echo "Lumen needs $1. $2" >&2
    exit 1
}

command -v cargo >/dev/null 2>&1 || need "Rust 1.94 or newer" "Get it with rustup, or from your distribution."
version=$(rustc --version | sed 's/^rustc \([0-9]*\)\.\([0-9]*\).*/\1 \2/')
major=${version% *}
minor=${version#* }
if [ "$major" -lt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -lt 94 ]; }; then
    need "Rust 1.94 or newer, this is $major.$minor" "\`rustup update\` brings it."
fi
command -v cc >/dev/null 2>&1 || need "a C compiler" "On Debian: apt-get install gcc"
command -v python3 >/dev/null 2>&1 || need "Python 3 with pip, to fetch the models" "On Debian: apt-get install python3-pip"
python3 -m pip --version >/dev/null 2>&1 || need "pip, to fetch the models" "On Debian: apt-get install python3-pip"

# lance is built with protoc and the well-known types beside it, which Debian keeps in a package of their own.
protoc_works() {
    command -v protoc >/dev/null 2>&1 || return 1
    folder=$(mktemp -d)
    printf 'syntax = "proto3";\nimport "google/protobuf/empty.proto";\nmessage Probe { google.protobuf.Empty empty = 1; }\n' \
        >"$folder/probe.proto"
    status=0
    protoc -I "$folder" --descriptor_set_out=/dev/null "$folder/probe.proto" 2>/dev/null || status=1
    rm -r "$folder"
    return $status
}

protoc_works && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing protoc" >&2
    log=$(mktemp)
    { apt-get update && apt-get install -y --no-install-recommends protobuf-compiler libprotobuf-dev; } >"$log" 2>&1 ||
        need "protoc" "Installing it failed; $log says why."
    rm "$log"
    protoc_works || need "protoc with google/protobuf/empty.proto beside it" "The one that is installed cannot find that file."
else
    need "protoc and its well-known types" "On Debian, as root: apt-get install protobuf-compiler libprotobuf-dev"
fi
