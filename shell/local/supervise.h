// The supervisor: one small process between this program and a container's program, so that nothing is left behind whoever
// is killed, and logs are kept without our help. `supervise` is a hidden command; child_process.h starts and talks to it.
//
// Its descriptors: 0 orders, 1 reports, 2 our standard error; one more may be handed down to hold a claim.
// Orders are single bytes: kStop sends SIGTERM to the program's group, kKill and the end of the pipe (this program died)
// kill everything. Reports are lines: "started PID", "failed ERRNO STEP", "ended CODE" or "ended SIGNAL SIGNAL" when
// no process of the container is left.
//
// It is the subreaper of all that the program starts: daemons and other sessions come back to it and are killed with the
// rest. When the program itself has ended, what it left is killed, too (after kStop: has until kKill). When the supervisor
// itself is killed, the program gets SIGKILL (PR_SET_PDEATHSIG); only what the program had started then lives on.
#pragma once

#include <cstdint>
#include <string>

namespace graylane::local {

enum class Order : char { kStop = 'T', kKill = 'K' };

/// `supervise LOG LOG_BYTES_MAX FOLDER CLAIM_FD PROGRAM [ARGUMENT...]`; LOG may be empty (nothing is kept), CLAIM_FD -1. The
/// environment becomes the program's. Returns the exit code.
int run_supervisor(int argc, char** argv);

}  // namespace graylane::local
