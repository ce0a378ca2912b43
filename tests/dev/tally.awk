# Counts the tests in the output of a test program, or of several as ctest's LastTest.log holds them, and prints
# "PASSED FAILED SKIPPED". Knows the totals of GoogleTest and of Python's unittest; any other program counts as one test.
# For one program's output set status to its exit code:  awk -v status=0 -f tally.awk OUTPUT

function begin() { missing = totals = started = finished = g_passed = g_failed = g_skipped = counted = ran = u_failed = u_skipped = 0 }

# A program that failed without naming a failed test (a crash, a leak at exit, a time-out) counts as one failed test.
function end(ok,  p, f) {
  if (totals) { p = g_passed; f = g_failed }
  else if (started) { p = finished; f = g_failed }
  else if (counted) { f = u_failed; p = ran - u_failed - u_skipped }
  else { p = ok }
  if (!ok && f == 0) f = 1
  passed += (p > 0 ? p : 0); failed += f; skipped += g_skipped + u_skipped
  begin()
}

# The number behind "NAME=" in a unittest summary such as "FAILED (failures=1, errors=2)".
function count(name) { return match($0, "[(, ]" name "=[0-9]+") ? substr($0, RSTART + length(name) + 2, RLENGTH) + 0 : 0 }

/^Unable to find executable:/ { missing = 1 }
/^\[ RUN      \] /                                 { started = 1 }
/^\[       OK \] /                                 { finished++ }
/^\[  PASSED  \] [0-9]+ tests?\./                  { totals = 1; g_passed += $4 }
/^\[  FAILED  \] [0-9]+ tests?, listed below/      { g_failed += $4 }
/^\[  SKIPPED \] [0-9]+ tests?, listed below/      { g_skipped += $4 }
/^Ran [0-9]+ tests? in /                           { ran += $2; counted = unittest = 1 }
unittest && /^(OK|FAILED)( \(.*\))?$/ {
  u_failed += count("failures") + count("errors") + count("unexpected successes")
  u_skipped += count("skipped"); unittest = 0
}
/^Test Passed\.$/ { log_file = 1; end(!missing) }
/^Test Failed\.$/ { log_file = 1; end(0) }

BEGIN { begin() }
END { if (!log_file) end(status == 0); print passed + 0, failed + 0, skipped + 0 }
