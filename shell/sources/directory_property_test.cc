#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "sources/directory.h"
#include "sources/test_directory.h"
#include "store/memory_store.h"

namespace graylane::sources {
namespace {

using Random = std::mt19937;

int below(Random& random, int end) { return std::uniform_int_distribution(0, end - 1)(random); }

// Few names, so that files come and go, folders empty and fill, and objects collide.
std::string random_file(Random& random) {
  const char* const folders[] = {"", "m/", "m/n/", "z/"};
  return folders[below(random, 4)] + std::string(1, "abc"[below(random, 3)]) + ".yaml";
}

std::string random_text(Random& random) {
  if (below(random, 15) == 0) return "kind: [";
  std::string text = below(random, 3) == 0 ? "# a comment\n" : "";
  for (int i = below(random, 4); i > 0; --i) {
    text += config_map("x" + std::to_string(below(random, 30)), std::to_string(below(random, 3))) + "---\n";
  }
  return text;
}

void edit(Random& random, const TestDirectory& dir) {
  if (const int what = below(random, 10); what < 6) {
    dir.write(random_file(random), random_text(random));
  } else if (what < 9) {
    dir.remove(random_file(random));
  } else {
    dir.remove("m");
  }
}

// Takes files with errors away until there is none.
void make_valid(const TestDirectory& dir) {
  for (;;) {
    const auto scan = DirectorySource(dir.path()).scan();
    if (!has_errors(scan->diagnostics)) return;
    for (const auto& diagnostic : scan->diagnostics) {
      if (diagnostic.severity == Severity::kError) std::filesystem::remove(*diagnostic.where.file);
    }
  }
}

// Everything in the store but the revisions and the times of creation, as text.
void describe(const doc::Value& value, std::string& text) {
  text += " " + std::to_string(value.at().line) + ":" + std::to_string(value.at().column);
  if (const auto* string = value.as_string()) text += "=" + *string;
  if (const auto* object = value.as_object()) {
    for (const auto& member : *object) {
      if (member.key == "creationTimestamp") continue;
      text += " " + member.key;
      describe(member.value, text);
    }
  }
}

std::string content_of(store::MemoryStore& store) {
  std::string text;
  const auto listing = store.list({});
  for (const auto& object : listing->items) {
    text += object->key.to_string() + " " + *object->file + " " + std::to_string(object->age.order);
    describe(object->content, text);
    text += "\n";
  }
  return text;
}

TEST(DirectoryProperty, AnyOrderOfEditsEndsAsAFreshReadDoes) {
  // What is in force must follow from the directory alone, never from how it came to be.
  int valid_syncs = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const TestDirectory dir;
    store::MemoryStore store;
    // Both ways: with files known from before, and reading everything again.
    const bool trusts_stamps = seed % 2 == 0;
    DirectorySource source(dir.path(), {.settle = std::chrono::milliseconds(trusts_stamps ? 20 : 60'000)});
    for (int i = 0; i < 40; ++i) {
      if (trusts_stamps && below(random, 20) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(30));
      edit(random, dir);
      if (below(random, 3) == 0) {
        const auto synced = source.sync(store);
        ASSERT_TRUE(synced);
        if (synced->in_force) ++valid_syncs;
      }
    }
    make_valid(dir);
    const auto synced = source.sync(store);
    ASSERT_TRUE(synced && synced->in_force) << "seed " << seed;
    store::MemoryStore fresh;
    ASSERT_TRUE(DirectorySource(dir.path()).sync(fresh));
    ASSERT_EQ(content_of(store), content_of(fresh)) << "seed " << seed;
    const auto again = source.sync(store);
    ASSERT_EQ(again->revision, synced->revision) << "a sync without an edit changes nothing, seed " << seed;
  }
  EXPECT_GT(valid_syncs, 100) << "most of the random directories are in force on the way";
}

}  // namespace
}  // namespace graylane::sources
