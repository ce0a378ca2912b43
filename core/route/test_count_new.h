// Counts what goes through operator new. It replaces the operators of the whole program: include it in exactly one source of
// a program. Counters are per thread.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace graylane::route::test {

struct Allocated {
  uint64_t calls = 0;
  int64_t live = 0;  // bytes that were not given back, as malloc rounds them
};
inline thread_local Allocated allocated;

}  // namespace graylane::route::test

#ifdef __clang__
#define GRAYLANE_NOINLINE __attribute__((noinline))
#else
#define GRAYLANE_NOINLINE __attribute__((noinline, noclone))  // g++ would see through to malloc and free, and warn of a mix
#endif

GRAYLANE_NOINLINE void* operator new(size_t size) {
  ++graylane::route::test::allocated.calls;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  graylane::route::test::allocated.live += static_cast<int64_t>(malloc_usable_size(memory));
  return memory;
}
GRAYLANE_NOINLINE void operator delete(void* memory) noexcept {
  graylane::route::test::allocated.live -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
GRAYLANE_NOINLINE void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

#undef GRAYLANE_NOINLINE
