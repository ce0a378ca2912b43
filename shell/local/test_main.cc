// The test program also is its own supervisor and sample server, as the real one is.
#include <gtest/gtest.h>

#include "local/hidden_commands.h"
#include "local/test_runtime_process.h"

int main(int argc, char** argv) {
  if (const auto code = graylane::local::run_hidden_command(argc, argv)) return *code;
  if (const auto code = graylane::local::run_runtime_process(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
