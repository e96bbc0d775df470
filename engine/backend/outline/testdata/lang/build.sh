#!/bin/sh
# Build it.
build() {
  for f in *.c; do
    if [ -f "$f" ]; then cc "$f" || return 1; fi
  done
}
build
