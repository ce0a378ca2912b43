// What an instance needs of the machine's limit on open files; said by doctor, and by up when it is not there.
#pragma once

#include <sys/resource.h>

namespace graylane::cli {

inline constexpr rlim_t kDescriptorsWanted = 16'384;

}  // namespace graylane::cli
