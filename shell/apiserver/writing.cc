#include "apiserver/writing.h"

#include <algorithm>
#include <array>
#include <memory>

#include "api/convert.h"
#include "apiserver/collection.h"
#include "apiserver/columns_text.h"
#include "apiserver/delete_options.h"
#include "apiserver/patching.h"
#include "apiserver/priority.h"
#include "apiserver/reading.h"
#include "apiserver/reviews.h"
#include "apiserver/scale.h"
#include "apiserver/service_fields.h"

namespace graylane::apiserver {

using Effect = Plan::Effect;
using Reply = std::function<void(httpd::Response)>;
/// `live` is null when the object is not there.
using Planner = std::function<Outcome<Plan>(const api::Object* live)>;

namespace {

constexpr int kTriesMax = 64;          // of a write that others are quicker than
constexpr int kGeneratedTriesMax = 8;  // of a generated name that is taken

/// To writers of what no controller of ours looks at.
void add_notice(httpd::Response& response, const api::Kind& kind) {
  if (!kind.is_acted_on) add_warnings(response, {"this " + kind.gvk.kind + " is stored, but nothing here acts on it"});
}

/// One write under way. Kept by what waits for it: the store, then the server's thread.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  enum class Answer : uint8_t { kObject, kScale, kDeletion, kDone };

  Attempt(const WriteCall& call, Writer writer, Form form, Answer answer, Reply reply)
      : store_(call.store),
        world_(call.world),
        addresses_(call.addresses),
        writer_(std::move(writer)),
        form_(std::move(form)),
        answer_(answer),
        reply_(std::move(reply)) {}

  void run(Planner planner) {
    planner_ = std::move(planner);
    try_once();
  }

  const Writer& writer() const { return writer_; }

 private:
  void fail_with(const ApiError& error) { reply_(error_response(error)); }

  void try_once() {
    api::ObjectPtr live;
    if (!writer_.target.name.empty()) {
      auto found = store_.get(key_of(writer_.target, *writer_.kind));
      if (found) live = as_asked(*std::move(found));
      else if (found.error().code != ErrorCode::kNotFound)
        return fail_with(from_store(found.error(), *writer_.kind, writer_.target.name));
    }
    auto plan = planner_(live.get());
    if (!plan) return fail_with(plan.error());
    if (auto ok = admit(*plan); !ok) return fail_with(ok.error());
    live_revision_ = live ? live->revision : 0;
    if (auto ok = assign_addresses(*plan, live.get()); !ok) return fail_with(ok.error());
    if (plan->effect == Effect::kNone || writer_.options.dry_run) return finish(*plan, plan->object, live_revision_);
    submit(*std::move(plan));
  }

  /// In the version of the request.
  api::ObjectPtr as_asked(api::ObjectPtr stored) const {
    if (stored->gvk == writer_.kind->gvk) return stored;
    return std::make_shared<api::Object>(api::to_version(*stored, *writer_.kind, *writer_.kinds));
  }

  Outcome<void> assign_addresses(Plan& plan, const api::Object* live) {
    const bool written = plan.effect == Effect::kCreate || plan.effect == Effect::kReplace;
    if (!written || !is_service(*writer_.kind) || !writer_.target.subresource.empty()) return {};
    auto hold = addresses_.assign(plan.object, live, writer_.options.dry_run);
    if (!hold) return refuse(std::move(hold.error()));
    hold_ = *std::move(hold);
    return {};
  }

  Outcome<void> admit(Plan& plan) {
    if (plan.effect == Effect::kRemove || plan.effect == Effect::kNone) return {};
    if (is_priority_class(*writer_.kind)) {
      if (auto ok = admit_priority_class(*writer_.kind, plan.object, store_); !ok) return ok;
    }
    return plan.effect == Effect::kCreate ? admit_new(plan) : Outcome<void>();
  }

  Outcome<void> admit_new(Plan& plan) {
    if (writer_.kind->custom && writer_.kind->custom->terminating)
      return refuse({405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating"});
    if (!writer_.kind->namespaced) return still_free(plan);
    auto found = store_.get({"", "Namespace", "", plan.object.key.ns});
    if (auto ok = admit_namespace(*writer_.kind, plan.object.key.ns, plan.object.key.name, found ? found->get() : nullptr); !ok)
      return ok;
    if (is_pod(*writer_.kind)) {
      if (auto ok = admit_priority(*writer_.kind, plan.object, store_); !ok) return ok;
    }
    return still_free(plan);
  }

  /// A dry run asks what the store would say.
  Outcome<void> still_free(const Plan& plan) {
    if (!writer_.options.dry_run || !store_.get(plan.object.key)) return {};
    return refuse(already_exists(*writer_.kind, plan.object.key.name));
  }

  void submit(Plan plan) {
    std::vector<control::Change> changes;
    if (plan.effect != Effect::kRemove) plan.object = api::to_storage(std::move(plan.object), *writer_.kinds);
    if (plan.effect == Effect::kCreate) changes.push_back(control::Change::create(plan.object));
    else if (plan.effect == Effect::kRemove) changes.push_back(control::Change::remove(plan.object.key, live_revision_));
    else {
      changes.push_back(control::Change::update(plan.object));
      changes.back().object.revision = live_revision_;
    }
    auto done = [self = shared_from_this(), plan = std::make_shared<Plan>(std::move(plan))](Result<control::Written> written) {
      self->world_.post([self, plan, outcome = std::make_shared<Result<control::Written>>(std::move(written))] {
        self->settled(*plan, *outcome);
      });
    };
    store_.submit(std::move(changes), std::move(done));
  }

  void settled(const Plan& plan, const Result<control::Written>& written) {
    if (written) return finish(plan, plan.effect == Effect::kRemove ? plan.object : *written->objects.front(), written->revision);
    if (try_again(written.error().code)) return try_once();
    ApiError error = from_store(written.error(), *writer_.kind, plan.object.key.name);
    if (written.error().code == ErrorCode::kAlreadyExists) explain_conflict(plan.object, error);
    error.warnings = plan.warnings;
    fail_with(error);
  }

  /// What else a client should know of a name that is taken.
  void explain_conflict(const api::Object& wanted, ApiError& error) {
    const auto there = store_.get(wanted.key);
    if (there && !text_at((*there)->content, "metadata.deletionTimestamp").empty())
      error.message = "object is being deleted: " + error.message;
    if (!text_at(wanted.content, "metadata.generateName").empty())
      error.message += ", the server was not able to generate a unique name for the object";
  }

  bool try_again(ErrorCode code) {
    ++tries_;
    if (code == ErrorCode::kAlreadyExists && writer_.target.name.empty()) {
      writer_.name_suffix = world_.name_suffix();
      return generated_ && tries_ < kGeneratedTriesMax;
    }
    const bool changed = code == ErrorCode::kConflict || code == ErrorCode::kNotFound || code == ErrorCode::kAlreadyExists;
    return changed && !writer_.target.name.empty() && tries_ < kTriesMax;
  }

  void finish(const Plan& plan, const api::Object& object, uint64_t revision) {
    const uint16_t status = plan.effect == Effect::kCreate ? 201 : 200;
    httpd::Response response;
    if (answer_ == Answer::kDeletion && plan.effect == Effect::kRemove && !shows_deleted()) {
      response = json_response(200, deleted_status(*writer_.kind, object.key.name, text_at(object.content, "metadata.uid")));
    } else if (answer_ == Answer::kDone) {
      response = json_response(201, success_status());
    } else if (answer_ == Answer::kScale) {
      const auto scale = scale_of(object, revision, *writer_.kind);
      response = scale ? json_response(status, *scale) : error_response(scale.error());
    } else {
      const uint64_t shown = object.revision != 0 ? object.revision : revision;
      response = document_response(
          status, document(object, shown, {*writer_.kind, *writer_.kinds, form_, {}, world_.unix_seconds()}), form_);
    }
    add_warnings(response, plan.warnings);
    if (answer_ == Answer::kObject && writer_.target.subresource.empty()) add_notice(response, *writer_.kind);
    reply_(std::move(response));
  }

  /// Kinds whose deletion answers with the object.
  bool shows_deleted() const {
    constexpr std::array<std::string_view, 7> kShown = {
        "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ResourceQuota", "Service", "ServiceAccount"};
    const api::GroupVersionKind& gvk = writer_.kind->gvk;
    return gvk.group == "storage.k8s.io" || (gvk.group.empty() && std::ranges::find(kShown, gvk.kind) != kShown.end());
  }

 public:
  void set_generated() { generated_ = true; }

 private:
  store::Store& store_;
  const World& world_;
  ServiceAddresses& addresses_;
  ServiceAddresses::Hold hold_;
  Writer writer_;
  const Form form_;
  const Answer answer_;
  const Reply reply_;
  Planner planner_;
  uint64_t live_revision_ = 0;
  int tries_ = 0;
  bool generated_ = false;
};

using Answer = Attempt::Answer;

Writer writer_of(const WriteCall& call, WriteOptions options) {
  return {&call.kind,
          &call.kinds,
          call.target,
          std::move(options),
          call.world.unix_seconds(),
          call.world.new_uid(),
          call.world.name_suffix(),
          false,
          call.catalog};
}

/// Options and form checked; `make` gives the planner.
template <class F>
Outcome<void> begin(const WriteCall& call, const Reply& reply, std::string_view options_name, bool is_apply, Answer answer,
                    F make) {
  auto form = choose_form(call.request.header("Accept"));
  if (!form) return refuse(std::move(form.error()));
  auto options = parse_write_options(call.request, options_name, is_apply);
  if (!options) return refuse(std::move(options.error()));
  auto attempt = std::make_shared<Attempt>(call, writer_of(call, *std::move(options)), *std::move(form), answer, reply);
  attempt->run(make(*attempt));
  return {};
}

Answer answer_of(const Target& target) { return target.subresource == "scale" ? Answer::kScale : Answer::kObject; }

Outcome<void> bind(const WriteCall& call, const Reply& reply) {
  auto binding = read_request(call.request.body, call.request.header("Content-Type"), "Binding");
  if (!binding) return refuse(std::move(binding.error()));
  return begin(call, reply, "CreateOptions", false, Answer::kDone, [&](Attempt& attempt) -> Planner {
    return [&attempt, binding = *std::move(binding)](const api::Object* live) -> Outcome<Plan> {
      if (!live) return refuse(not_found(*attempt.writer().kind, attempt.writer().target.name));
      return plan_binding(attempt.writer(), *live, binding);
    };
  });
}

Outcome<void> create(const WriteCall& call, const Reply& reply) {
  if (call.target.subresource == "binding") return bind(call, reply);
  if (is_measured(call.kind)) return refuse(method_not_allowed());
  if (!call.kind.is_stored) return review(call, reply);
  if (!call.target.name.empty()) return refuse(method_not_allowed());
  if (call.kind.namespaced && call.target.ns.empty()) return refuse(method_not_allowed());
  auto body = read_object(call.request.body, call.request.header("Content-Type"), call.kind);
  if (!body) return refuse(std::move(body.error()));
  return begin(call, reply, "CreateOptions", false, Answer::kObject, [&](Attempt& attempt) -> Planner {
    if (text_at(body->value, "metadata.name").empty()) attempt.set_generated();
    return [&attempt, body = *std::move(body)](const api::Object*) { return plan_create(attempt.writer(), body); };
  });
}

Outcome<void> update_scale(const WriteCall& call, const Reply& reply) {
  auto scale = read_request(call.request.body, call.request.header("Content-Type"), "Scale");
  if (!scale) return refuse(std::move(scale.error()));
  return begin(call, reply, "UpdateOptions", false, Answer::kScale, [&](Attempt& attempt) -> Planner {
    return [&attempt, scale = *std::move(scale)](const api::Object* live) -> Outcome<Plan> {
      if (!live) return refuse(not_found(*attempt.writer().kind, attempt.writer().target.name));
      return plan_scale(attempt.writer(), *live, scale);
    };
  });
}

Outcome<void> update(const WriteCall& call, const Reply& reply) {
  if (call.target.name.empty() || !call.kind.is_stored) return refuse(method_not_allowed());
  if (call.target.subresource == "scale") return update_scale(call, reply);
  auto body = read_object(call.request.body, call.request.header("Content-Type"), call.kind);
  if (!body) return refuse(std::move(body.error()));
  return begin(call, reply, "UpdateOptions", false, Answer::kObject, [&](Attempt& attempt) -> Planner {
    return [&attempt, body = *std::move(body)](const api::Object* live) -> Outcome<Plan> {
      const Writer& writer = attempt.writer();
      if (live) return plan_update(writer, *live, body);
      if (writer.kind->is_created_by_update && writer.target.subresource.empty()) return plan_new(writer, body.value, false);
      if (auto ok = check_address(writer, body); !ok) return refuse(std::move(ok.error()));
      return refuse(not_found(*writer.kind, writer.target.name));
    };
  });
}

Outcome<void> patch_object(const WriteCall& call, const Reply& reply) {
  if (call.target.name.empty() || !call.kind.is_stored) return refuse(method_not_allowed());
  const auto type = patch_type(call.request.header("Content-Type"));
  if (!type) return refuse(type.error());
  const bool is_apply = *type == Patch::Type::kApply;
  return begin(call, reply, "PatchOptions", is_apply, answer_of(call.target), [&](Attempt& attempt) -> Planner {
    return [&attempt, is_apply, patch = read_patch(call.request.body, *type)](const api::Object* live) -> Outcome<Plan> {
      const Writer& writer = attempt.writer();
      const std::string& part = writer.target.subresource;
      if (!live && !(is_apply && part.empty())) return refuse(not_found(*writer.kind, writer.target.name));
      if (!patch) return refuse(patch.error());
      return part == "scale" ? plan_scale_patch(writer, *live, *patch) : plan_patch(writer, live, *patch);
    };
  });
}

Outcome<void> remove(const WriteCall& call, const Reply& reply) {
  const bool of_all_namespaces = call.target.name.empty() && call.kind.gvk.group.empty() && call.kind.gvk.kind == "Namespace";
  if (!call.target.subresource.empty() || !call.kind.is_stored || of_all_namespaces) return refuse(method_not_allowed());
  auto form = choose_form(call.request.header("Accept"));
  if (!form) return refuse(std::move(form.error()));
  auto options = parse_delete_options(call.request);
  if (!options) return refuse(std::move(options.error()));
  Writer writer = writer_of(call, {.dry_run = options->dry_run});
  if (call.target.name.empty()) return delete_collection(call, std::move(writer), *options, reply);
  auto attempt = std::make_shared<Attempt>(call, std::move(writer), *std::move(form), Answer::kDeletion, reply);
  attempt->run([&writer = attempt->writer(), options = *options](const api::Object* live) -> Outcome<Plan> {
    if (!live) return refuse(not_found(*writer.kind, writer.target.name));
    return plan_delete(writer, *live, options);
  });
  return {};
}

}  // namespace

void start_write(const WriteCall& call, const Reply& reply) {
  const std::string& method = call.request.method;
  Outcome<void> begun = refuse(method_not_allowed());
  if (call.request.body.size() > kBodyBytesMax) begun = refuse(too_large(kBodyBytesMax));
  else if (method == "POST") begun = create(call, reply);
  else if (method == "PUT") begun = update(call, reply);
  else if (method == "PATCH") begun = patch_object(call, reply);
  else if (method == "DELETE") begun = remove(call, reply);
  if (!begun) reply(error_response(begun.error()));
}

}  // namespace graylane::apiserver
