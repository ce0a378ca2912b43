// TestDisk: a file system of SQLite that fails, stalls and forgets when told to; files are real ones below it. One at a time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace graylane::store {

class TestDisk {
 public:
  /// What survives a power cut goes to the folder `synced`: each file as it was when it was last synced.
  explicit TestDisk(std::string synced);
  TestDisk(const TestDisk&) = delete;
  TestDisk& operator=(const TestDisk&) = delete;
  ~TestDisk();

  /// For DurableStoreOptions::vfs.
  static constexpr const char* kName = "graylane-test";

  void set_full(bool full);        // nothing can be written
  void set_broken(bool broken);    // nothing can be synced
  void set_stalled(bool stalled);  // a sync waits
  void wait_for_stalled_sync();    // until one does

  int syncs();  // so far

  // For the file system itself: codes of SQLite.
  int may_write();
  int may_sync();
  void keep(const std::string& path);

 private:
  struct Vfs;

  const std::string synced_;
  std::unique_ptr<Vfs> vfs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool full_ = false, broken_ = false, stalled_ = false;
  int waiting_ = 0;
  int syncs_ = 0;
};

}  // namespace graylane::store
