#!/usr/bin/env bash
# A picture of Helioscope's window, taken on an X server without a screen.
#
#     tests/window/look.sh [-s 1280x800] [-t dark|light] [-x 'XDOTOOL COMMAND']… [-w SECONDS] -o OUT.png [FILE…]
#
# Each -x is done in turn before the picture is taken: -x 'key 2', -x 'type parse', -x 'mousemove 400 300 click 1'.
# -w waits longer between them. The program is the one in $HELIOSCOPE, else the newest build of this checkout.
# Needs Xvfb, xdotool and ImageMagick's import.
set -euo pipefail

usage() {
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

size=1280x800 theme=Dark pause=0.5 out='' actions=()
while getopts 's:t:x:w:o:h' option; do
    case $option in
    s) size=$OPTARG ;;
    t) theme=${OPTARG^} ;;
    x) actions+=("$OPTARG") ;;
    w) pause=$OPTARG ;;
    o) out=$OPTARG ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[[ $out && $size =~ ^[0-9]+x[0-9]+$ && $theme =~ ^(Dark|Light)$ ]] || usage

top=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$top/target}
# shellcheck disable=SC2012 # Two known names.
program=${HELIOSCOPE:-$(ls -t "$target"/{release,debug}/helioscope 2>/dev/null | head -1 || true)}
[[ -x $program ]] || { echo "no program to look at: run cargo build first" >&2; exit 1; }

home=$(mktemp -d)
children=()
finish() {
    kill "${children[@]}" 2>/dev/null || true
    wait
    rm -rf "$home"
}
trap finish EXIT

# A home of its own: nothing remembered but the theme.
export HOME=$home XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_RUNTIME_DIR=$home
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
mkdir -p "$home/data/helioscope"
printf '{"helioscope options":"(theme:%s)"}' "$theme" >"$home/data/helioscope/app.ron"

# Polls for what a command prints.
await() {
    local what=$1 found
    shift
    for _ in {1..300}; do
        if found=$("$@" 2>/dev/null) && [[ $found ]]; then
            printf '%s' "$found"
            return
        fi
        sleep 0.1
    done
    echo "no $what after 30 s" >&2
    cat "$home"/*.log >&2
    exit 1
}

# The picture is right once it stands still.
settle() {
    for _ in {1..60}; do
        import -window root "$home/new.ppm"
        cmp -s "$home/new.ppm" "$home/old.ppm" && return
        mv "$home/new.ppm" "$home/old.ppm"
        sleep 0.3
    done
}

Xvfb -displayfd 1 -screen 0 "${size}x24" -nolisten tcp -noreset >"$home/display" 2>"$home/xvfb.log" &
children+=($!)
DISPLAY=:$(await 'X server' cat "$home/display")
export DISPLAY

"$program" "$@" >"$home/helioscope.log" 2>&1 &
children+=($!)
window=$(await window xdotool search --onlyvisible --name 'Helioscope$' | head -1)
xdotool windowmove "$window" 0 0 windowsize "$window" "${size%x*}" "${size#*x}" windowfocus "$window"
settle
for action in "${actions[@]}"; do
    # An action is a command with its arguments.
    # shellcheck disable=SC2086
    xdotool $action
    sleep "$pause"
done
settle
import -window root "$out"
