#include "daemon/disk_watch.h"

#include <chrono>
#include <utility>

#include "sources/applied_record.h"

namespace graylane::daemon {

namespace {

constexpr std::chrono::milliseconds kLook{1'000};
constexpr unsigned kTryEvery = 3;                // looks
constexpr size_t kTryBytes = size_t{256} << 10;  // what fits beside it is no reason to say that all is well

api::Object one_of_our_own() {
  api::Object object;
  object.gvk = {sources::kInternalGroup, "v1", "DiskTry"};
  object.key = {object.gvk.group, object.gvk.kind, "", "disk"};
  doc::Object content;
  content.set("data", doc::Value(std::string(kTryBytes, 'x')));
  object.content = doc::Value(std::move(content));
  return object;
}

}  // namespace

DiskWatch::DiskWatch(net::EventLoop& loop, store::DurableStore& store, std::string path, Reporter& reporter)
    : loop_(loop), store_(store), path_(std::move(path)), reporter_(reporter) {
  loop_.arm(timer_, kLook);
}

std::optional<Error> DiskWatch::trouble() const {
  auto found = store_.trouble();
  if (!found) return std::nullopt;
  const std::string told = "writes of objects are refused: ";
  if (!found->full) return Error{found->error.code, told + found->error.what, found->error.where, std::move(found->error.fix)};
  return Error{ErrorCode::kUnavailable,
               told + "there is no more room for " + path_,
               {},
               "free space on its disk; traffic and reads go on, and nothing needs a restart"};
}

void DiskWatch::look() {
  loop_.arm(timer_, kLook);
  const auto found = trouble();
  if (found.has_value() != std::exchange(told_, found.has_value())) reporter_.writable(found);
  looks_ = found ? looks_ + 1 : 0;
  if (looks_ != 0 && looks_ % kTryEvery == 0) try_a_write();
}

void DiskWatch::try_a_write() {
  if (trying_->exchange(true)) return;
  api::Object tried = one_of_our_own();
  auto gone = control::Change::remove(tried.key);
  store_.submit({control::Change::apply(std::move(tried))}, [](const Result<control::Written>&) {});
  store_.submit({std::move(gone)}, [trying = trying_](const Result<control::Written>&) { trying->store(false); });
}

}  // namespace graylane::daemon
