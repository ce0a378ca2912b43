#include "apiserver/collection.h"

#include <memory>

#include "apiserver/reading.h"

namespace graylane::apiserver {
namespace {

using Reply = std::function<void(httpd::Response)>;
using Effect = Plan::Effect;

constexpr int kTriesMax = 16;  // somebody else changed one of them meanwhile

/// One deletion under way. Kept by what waits for it.
class Deletion : public std::enable_shared_from_this<Deletion> {
 public:
  Deletion(const WriteCall& call, Writer writer, DeleteOptions options, ListOptions list, Form form, Reply reply)
      : store_(call.store),
        world_(call.world),
        writer_(std::move(writer)),
        options_(std::move(options)),
        list_(std::move(list)),
        form_(std::move(form)),
        reply_(std::move(reply)) {}

  void try_once() {
    store::Page page;
    page.keep = [this](const api::Object& object) {
      return list_.labels.matches(object.content) && list_.fields.matches(object.content);
    };
    auto found = store_.page(selector_of(writer_.target, *writer_.kind, list_), page);
    if (!found) return reply_(error_response(from_store(found.error(), *writer_.kind, "")));
    shown_.clear();
    std::vector<control::Change> changes;
    for (const api::ObjectPtr& live : found->items) {
      auto plan = plan_delete(writer_, *live, options_);
      if (!plan) return reply_(error_response(plan.error()));
      shown_.push_back(live);  // as it was found
      add(*live, *std::move(plan), changes);
    }
    if (changes.empty() || options_.dry_run) return finish(found->revision);
    auto done = [self = shared_from_this()](Result<control::Written> written) {
      self->world_.post(
          [self, outcome = std::make_shared<Result<control::Written>>(std::move(written))] { self->settled(*outcome); });
    };
    store_.submit(std::move(changes), std::move(done));
  }

 private:
  static void add(const api::Object& live, Plan plan, std::vector<control::Change>& changes) {
    plan.object.revision = live.revision;
    if (plan.effect == Effect::kRemove) changes.push_back(control::Change::remove(live.key, live.revision));
    else if (plan.effect == Effect::kReplace) changes.push_back(control::Change::update(std::move(plan.object)));
  }

  void settled(const Result<control::Written>& written) {
    if (written) return finish(written->revision);
    const bool changed = written.error().code == ErrorCode::kConflict || written.error().code == ErrorCode::kNotFound;
    if (changed && ++tries_ < kTriesMax) return try_once();
    reply_(error_response(from_store(written.error(), *writer_.kind, "")));
  }

  void finish(uint64_t revision) {
    const View view{*writer_.kind, *writer_.kinds, form_, list_.include_object, world_.unix_seconds()};
    reply_(document_response(200, list_document(shown_, {.revision = revision}, view), form_));
  }

  store::Store& store_;
  const World& world_;
  const Writer writer_;
  const DeleteOptions options_;
  const ListOptions list_;
  const Form form_;
  const Reply reply_;
  std::vector<api::ObjectPtr> shown_;
  int tries_ = 0;
};

}  // namespace

Outcome<void> delete_collection(const WriteCall& call, Writer writer, const DeleteOptions& options, Reply reply) {
  if (call.kind.namespaced && call.target.ns.empty()) return refuse(method_not_allowed());
  auto form = choose_form(call.request.header("Accept"));
  if (!form) return refuse(std::move(form.error()));
  auto list = parse_list_options(call.request, call.kind);
  if (!list) return refuse(std::move(list.error()));
  std::make_shared<Deletion>(call, std::move(writer), options, *std::move(list), *std::move(form), std::move(reply))->try_once();
  return {};
}

}  // namespace graylane::apiserver
