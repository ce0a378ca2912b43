// Schedules of CronJobs ("*/5 9-17 * * mon-fri", "@daily", "@every 1h30m") and the time zones they are meant in: what is wrong with
// them, in the words of the original. Safe from any thread.
#pragma once

#include <string>

namespace graylane::apiserver {

/// Empty: it is one. Pure, but for a time zone that the schedule begins with.
std::string schedule_problem(const std::string& schedule);

/// Empty: there is such a time zone. Asks the system's database of them; without one every name that could be one will do.
std::string time_zone_problem(const std::string& name);

}  // namespace graylane::apiserver
