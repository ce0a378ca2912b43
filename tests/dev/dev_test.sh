#!/usr/bin/env bash
# What ./dev promises without building anything, and that tests are counted right: a wrong count hides a failed test.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit

ran=0 failures=0
# expect WHAT WANTED GOT
expect() {
  ran=$((ran + 1))
  [ "$2" = "$3" ] && return
  failures=$((failures + 1))
  printf 'FAIL: %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
}
exit_code() { "$@" >/dev/null 2>&1; echo $?; }
tally() { awk -v status="${1:-0}" -f tests/dev/tally.awk; }

expect "help succeeds" 0 "$(exit_code ./dev help)"
expect "help goes to stdout" "" "$(./dev help 2>&1 >/dev/null)"
expect "no command means help" "$(./dev help)" "$(./dev)"
for command in build demo test e2e e2e-long bench lint fuzz help; do
  expect "help names $command" 1 "$(./dev help | grep -cE "^  $command ")"
done
expect "an unknown command is misuse" 2 "$(exit_code ./dev nonsense)"
expect "an argument that makes no sense is misuse" 2 "$(exit_code ./dev fuzz soon)"
expect "an unknown option is misuse" 2 "$(exit_code ./dev lint --nonsense)"
expect "an argument too much is misuse" 2 "$(exit_code ./dev e2e one two)"
expect "a name of no long test is misuse" 2 "$(exit_code ./dev e2e-long nonsense)"
expect "it runs from any folder" 0 "$(dev=$PWD/dev && cd / && exit_code "$dev" help)"

# The tools of the end-to-end tests: where they are not built yet, continuous integration is told so and goes on; what did not build to
# its end is never taken for a tool.
XDG_CACHE_HOME=$(mktemp -d)
export XDG_CACHE_HOME
trap 'rm -rf "$XDG_CACHE_HOME"' EXIT
without_tools=(env -u ETCD -u HELM -u KUBECTL ./dev e2e --cached)
expect "without tools nothing has failed" 0 "$(exit_code "${without_tools[@]}")"
expect "without tools nothing is counted" "0 passed, 0 failed" "$("${without_tools[@]}" | tail -n 1)"
expect "without tools one line says why" 1 "$("${without_tools[@]}" | grep -c 'the end-to-end tests do not run.*Kubernetes.*etcd.*Helm')"
# shellcheck source=tests/e2e/tools.sh
. tests/e2e/tools.sh
# shellcheck disable=SC2317  # called by its name
fill() { echo half >"${*: -1}/tool"; }
# shellcheck disable=SC2317
fill_and_fail() { fill "$@" && false; }
expect "what fails to build is told" 1 "$(exit_code aside "$e2e_cache/a" fill_and_fail)"
expect "and leaves nothing" "" "$(ls -A "$e2e_cache")"
expect "what builds is there" "0 half" "$(exit_code aside "$e2e_cache/a" fill) $(cat "$e2e_cache/a/tool")"
expect "the version is that of go.mod" "v1.36.3" "$(required kubernetes k8s.io/kubernetes)"

expect "GoogleTest: passed, failed and skipped are told apart" "2 1 1" "$(tally 1 <<'END'
[ RUN      ] A.One
[       OK ] A.One (0 ms)
[ RUN      ] A.Two
[  FAILED  ] A.Two (0 ms)
[  PASSED  ] 2 tests.
[  SKIPPED ] 1 test, listed below:
[  FAILED  ] 1 test, listed below:
[  FAILED  ] A.Two
END
)"
expect "GoogleTest: a crash in the second test leaves one passed" "1 1 0" "$(printf '%s\n' '[ RUN      ] A.One' '[       OK ] A.One (0 ms)' '[ RUN      ] A.Two' | tally 134)"
expect "GoogleTest: a leak at exit counts, though every test passed" "3 1 0" "$(printf '%s\n' '[  PASSED  ] 3 tests.' 'ERROR: LeakSanitizer' | tally 1)"
expect "unittest: failures and errors are failed, skipped are not passed" "1 2 1" "$(printf '%s\n' 'Ran 4 tests in 0.1s' '' 'FAILED (failures=1, errors=1, skipped=1)' | tally 1)"
expect "unittest: all passed" "7 0 0" "$(printf '%s\n' 'Ran 7 tests in 0.1s' '' 'OK' | tally 0)"
expect "unittest: more failed subtests than tests" "0 5 0" "$(printf '%s\n' 'Ran 1 test in 0.1s' '' 'FAILED (failures=5)' | tally 1)"
expect "unittest: a file without tests has passed none" "0 0 0" "$(printf '%s\n' 'Ran 0 tests in 0.0s' '' 'OK' | tally 0)"
expect "a program that is killed has failed" "0 1 0" "$(tally 137 </dev/null)"
expect "a log of ctest is the sum of its programs" "4 3 0" "$(tally 0 <<'END'
[  PASSED  ] 3 tests.
Test Passed.
replayed 4 inputs
Test Passed.
[  FAILED  ] 1 test, listed below:
[  PASSED  ] 0 tests.
Test Failed.
Test Failed.
Unable to find executable: gone
Test Passed.
END
)"

printf 'Ran %d tests in 0s\n\n' "$ran"
[ $failures = 0 ] && echo OK && exit
echo "FAILED (failures=$failures)"
exit 1
