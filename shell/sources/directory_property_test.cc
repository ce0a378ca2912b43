#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

#include "sources/directory.h"
#include "sources/test_directory.h"
#include "sources/test_kubectl.h"
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
    const std::string name = "x" + std::to_string(below(random, 15)), value = std::to_string(below(random, 3));
    text += (below(random, 2) == 0 ? config_map(name, value) : ingress(name, "s" + value)) + "---\n";
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

// All that the directory says of the objects in the store, as text.
void describe(const doc::Value& value, std::string& text) {
  text += " " + std::to_string(value.at().line) + ":" + std::to_string(value.at().column);
  const doc::Object* object = value.as_object();
  if (!object) {
    text += "=" + doc::to_json(value);
    return;
  }
  std::map<std::string, const doc::Value*> members;
  for (const auto& member : *object) members[member.key] = &member.value;
  for (const char* born : {"creationTimestamp", "uid", "generation", "managedFields"}) members.erase(born);
  for (const auto& [key, member] : members) {
    text += " " + key;
    describe(*member, text);
  }
}

std::string content_of(store::MemoryStore& store) {
  std::string text;
  for (const auto& object : visible(store)) {
    text += object->key.to_string() + " " + *object->file + " " + std::to_string(object->age.order);
    describe(object->content, text);
    text += "\n";
  }
  return text;
}

/// In which it is always the same second.
World test_world() {
  World world = real_world();
  world.unix_seconds = [] { return int64_t{1'767'225'600}; };
  return world;
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
    DirectorySource source(dir.path(), {.settle = std::chrono::milliseconds(trusts_stamps ? 20 : 60'000)}, test_world());
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
    ASSERT_TRUE(DirectorySource(dir.path(), {}, test_world()).sync(fresh));
    ASSERT_EQ(content_of(store), content_of(fresh)) << "seed " << seed;
    const auto again = source.sync(store);
    ASSERT_EQ(again->revision, synced->revision) << "a sync without an edit changes nothing, seed " << seed;
  }
  EXPECT_GT(valid_syncs, 100) << "most of the random directories are in force on the way";
}

}  // namespace
}  // namespace graylane::sources
