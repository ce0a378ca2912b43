#include "daemon/manifest_directory.h"

#include "api/crd.h"
#include "control/object_parts.h"

namespace graylane::daemon {

namespace {

/// What passes by itself, such as a full disk.
constexpr std::chrono::milliseconds kTakeAgain{1'000};

}  // namespace

ManifestDirectory::ManifestDirectory(net::EventLoop& loop, store::Store& store, control::RouteFeed& feed, Reporter& reporter,
                                     Options options, Host host)
    : loop_(loop),
      store_(store),
      reporter_(reporter),
      options_(std::move(options)),
      host_(std::move(host)),
      edits_(options_.path, options_.read, store, feed, options_.exact),
      take_later_([this] {
        if (!watch_ || !watch_->is_quiet()) return;
        if (take(std::chrono::steady_clock::now())) host_.settle();
        else tell_refused_anew();
      }) {}

Result<void> ManifestDirectory::watch() {
  auto watch = sources::DirectoryWatch::create(loop_, options_.path, options_.read, [this](net::Instant since) { load(since); });
  if (!watch) return std::unexpected(std::move(watch.error()));
  watch_ = std::move(*watch);
  return {};
}

void ManifestDirectory::load(net::Instant since) {
  if (take(since)) host_.settle();
  else tell_refused();
}

bool ManifestDirectory::take(net::Instant since) {
  const Edits::Outcome outcome = edits_.take();
  if (edits_.is_readable() && std::exchange(told_unreadable_, false)) {
    refused_.forget();
    reporter_.readable();
  }
  if (outcome == Edits::Outcome::kPasses) loop_.arm(take_later_, kTakeAgain);
  if (outcome != Edits::Outcome::kTaken) return false;
  refused_.forget();
  edited_since_ = since;
  host_.taken();
  if (const auto deleted = edits_.take_deleted(); !deleted.empty()) reporter_.deleted(deleted);
  return true;
}

void ManifestDirectory::tell_refused() { tell_refused(refused_.judge(edits_.refused(), edits_.reading())); }

/// After a look that nobody asked for.
void ManifestDirectory::tell_refused_anew() {
  const Rejection rejection = refused_.judge(edits_.refused(), edits_.reading());
  if (!rejection.news.empty() || !rejection.mended.empty()) tell_refused(rejection);
}

void ManifestDirectory::tell_refused(Rejection rejection) {
  rejection.first = !host_.is_active();
  told_unreadable_ = !edits_.is_readable();
  if (told_unreadable_) rejection.mended.clear();  // nobody knows
  reporter_.rejected(rejection);
}

void ManifestDirectory::see(const control::Event& event) {
  const api::ObjectKey& key = event.object->key;
  if (event.type == control::EventType::kDeleted && edits_.waits_for(key)) try_again_ = true;
  if (api::is_crd(event.object->gvk) && event.revision > edits_.revision()) try_again_ = true;
  if (!edits_.concerns(key, event.revision)) return;
  const bool changed = event.type == control::EventType::kModified && event.previous;
  if (!changed || !control::differs_in_status_alone(*event.previous, *event.object)) touched_.insert(key);
}

Result<void> ManifestDirectory::step() {
  Result<void> done;
  for (const api::ObjectKey& key : std::exchange(touched_, {})) {
    if (auto looked = edits_.look_at(key); !looked) done = std::move(looked);
  }
  if (std::exchange(try_again_, false)) take_again();
  return done;
}

/// The same directory, of which more may be in force now. Nobody edited it, so what is as before is not told again; who is about
/// to will be waited for.
void ManifestDirectory::take_again() {
  if (!watch_ || !watch_->is_quiet()) return;
  const uint64_t before = store_.revision();
  const bool was_refused = !edits_.refused().empty();
  const auto edited = edited_since_;
  const bool taken = take(std::chrono::steady_clock::now());
  if (edited || (store_.revision() == before && !was_refused)) edited_since_ = edited;
  if (!taken) tell_refused_anew();
}

}  // namespace graylane::daemon
