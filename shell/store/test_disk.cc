#include "store/test_disk.h"

#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <new>

namespace graylane::store {

namespace {

TestDisk* disk = nullptr;

// In front of the real file system's own structure.
struct TestFile {
  sqlite3_file base;
  const char* path;  // SQLite keeps it while the file is open
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<TestFile*>(file) + 1); }

template <auto Method, class... Args>
int pass(sqlite3_file* file, Args... args) {
  return (real(file)->pMethods->*Method)(real(file), args...);
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int code = disk->may_write();
  return code != SQLITE_OK ? code : pass<&sqlite3_io_methods::xWrite>(file, data, size, offset);
}

int sync(sqlite3_file* file, int flags) {
  int code = disk->may_sync();
  if (code == SQLITE_OK) code = pass<&sqlite3_io_methods::xSync>(file, flags);
  const char* path = reinterpret_cast<TestFile*>(file)->path;
  if (code == SQLITE_OK && path) disk->keep(path);
  return code;
}

void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 3,
    .xClose = [](sqlite3_file* file) { return pass<&sqlite3_io_methods::xClose>(file); },
    .xRead = pass<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = write,
    .xTruncate = pass<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    .xSync = sync,
    .xFileSize = pass<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = pass<&sqlite3_io_methods::xLock, int>,
    .xUnlock = pass<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = pass<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = pass<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = [](sqlite3_file* file) { return pass<&sqlite3_io_methods::xSectorSize>(file); },
    .xDeviceCharacteristics = [](sqlite3_file* file) { return pass<&sqlite3_io_methods::xDeviceCharacteristics>(file); },
    .xShmMap = pass<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    .xShmLock = pass<&sqlite3_io_methods::xShmLock, int, int, int>,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = pass<&sqlite3_io_methods::xShmUnmap, int>,
    .xFetch = pass<&sqlite3_io_methods::xFetch, sqlite3_int64, int, void**>,
    .xUnfetch = pass<&sqlite3_io_methods::xUnfetch, sqlite3_int64, void*>,
};

int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  auto* below = static_cast<sqlite3_vfs*>(vfs->pAppData);
  auto* opened = new (file) TestFile{{nullptr}, path};
  const int code = below->xOpen(below, path, real(file), flags, flags_out);
  if (real(file)->pMethods) opened->base.pMethods = &kMethods;
  return code;
}

}  // namespace

struct TestDisk::Vfs {
  sqlite3_vfs registered;
};

TestDisk::TestDisk(std::string synced) : synced_(std::move(synced)) {
  sqlite3_vfs* below = sqlite3_vfs_find(nullptr);
  vfs_ = std::make_unique<Vfs>(Vfs{*below});
  sqlite3_vfs& vfs = vfs_->registered;
  vfs.szOsFile = below->szOsFile + static_cast<int>(sizeof(TestFile));
  vfs.zName = kName;
  vfs.pAppData = below;
  vfs.xOpen = open;
  sqlite3_vfs_register(&vfs, 0);
  disk = this;
}

TestDisk::~TestDisk() {
  sqlite3_vfs_unregister(&vfs_->registered);
  disk = nullptr;
}

void TestDisk::set_full(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

void TestDisk::set_broken(bool broken) {
  const std::lock_guard lock(mutex_);
  broken_ = broken;
}

void TestDisk::set_stalled(bool stalled) {
  const std::lock_guard lock(mutex_);
  stalled_ = stalled;
  changed_.notify_all();
}

void TestDisk::wait_for_stalled_sync() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_ > 0; });
}

int TestDisk::may_write() {
  const std::lock_guard lock(mutex_);
  return full_ ? SQLITE_FULL : SQLITE_OK;
}

int TestDisk::may_sync() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !stalled_; });
  --waiting_;
  ++syncs_;
  return broken_ ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int TestDisk::syncs() {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

void TestDisk::keep(const std::string& path) {
  const auto name = std::filesystem::path(path).filename();
  std::filesystem::copy_file(path, std::filesystem::path(synced_) / name, std::filesystem::copy_options::overwrite_existing);
}

}  // namespace graylane::store
