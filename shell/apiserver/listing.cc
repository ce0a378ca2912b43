#include "apiserver/listing.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "apiserver/compress.h"
#include "apiserver/reading.h"

namespace graylane::apiserver {

using api::Kind;
using api::ObjectPtr;

namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr size_t kLookedAtMax = 4'096;  // objects for one piece, of which selectors may want none
constexpr size_t kFetched = 64;         // objects at once, of a list without a limit

/// Where a list goes on, as the client carries it: "gl1.REVISION.NAMESPACE.NAME". Revision 0: the newest state, so that the rest
/// may not fit what came before.
struct Continue {
  uint64_t revision = 0;
  std::string ns;
  std::string name;

  std::string to_string() const { return "gl1." + std::to_string(revision) + "." + ns + "." + name; }

  static Outcome<Continue> parse(std::string_view text) {
    constexpr std::string_view kHead = "gl1.";
    Continue result;
    const auto wrong = [] {
      return refuse(bad_request("invalid continue token: continue key is not valid: it does not come from this server"));
    };
    if (!text.starts_with(kHead)) return wrong();
    text.remove_prefix(kHead.size());
    const auto read = std::from_chars(text.data(), text.data() + text.size(), result.revision);
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
    if (read.ec != std::errc() || !text.starts_with('.')) return wrong();
    text.remove_prefix(1);
    const size_t dot = text.find('.');
    if (dot == text.npos || dot + 1 == text.size()) return wrong();
    result.ns = text.substr(0, dot);
    result.name = text.substr(dot + 1);
    return result;
  }
};

/// Which state of the store, and where in it.
struct Start {
  uint64_t revision = 0;  // 0: the newest
  std::optional<api::ObjectKey> after = {};
};

/// `newest`: the store's revision.
Outcome<Start> start_of(const ListOptions& options, const Kind& kind, const std::string& ns, uint64_t newest) {
  const bool exact = options.match == ListOptions::Match::kExact ||
                     (options.match == ListOptions::Match::kUnset && options.limit != 0 && options.revision != 0);
  if (options.continue_token.empty()) return Start{exact ? options.revision : 0};
  if (!options.resource_version.empty() && options.resource_version != "0")
    return refuse(bad_request("specifying resource version is not allowed when using continue"));
  auto from = Continue::parse(options.continue_token);
  if (!from) return refuse(std::move(from.error()));
  if (!ns.empty() && from->ns != ns)
    return refuse(bad_request("invalid continue token: continue key is not valid: it is of a list of another namespace"));
  if (from->revision > newest)
    return refuse(bad_request("invalid continue token: continue key is not valid: it does not come from this server"));
  return Start{from->revision, api::ObjectKey{kind.storage_group, kind.gvk.kind, from->ns, from->name}};
}

ApiError expired_list(const Start& start) {
  if (!start.after) return expired("The resourceVersion for the provided list is too old.");
  ApiError error = expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
      "continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with "
      "the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.");
  error.continue_token = Continue{0, start.after->ns, start.after->name}.to_string();
  return error;
}

ApiError not_reached(const ListOptions& options, uint64_t newest) {
  ApiError error = too_new_revision(options.revision, newest);
  if (options.match == ListOptions::Match::kExact) error.details.retry_after_seconds = 0;
  return error;
}

/// The text of a list in the language of its form.
class ListWriter {
 public:
  explicit ListWriter(const View& view) : form_(view.form), text_(view) {}

  void begin(std::string& out, const ListMeta& meta) {
    if (!form_.yaml) return text_.begin(out, meta);
    std::string json;
    text_.begin(json, meta);
    text_.end(json);
    const std::string whole = in_language(std::move(json), form_);
    const size_t items = std::min(whole.find(kEmpty), whole.size() - kEmpty.size());
    out += whole.substr(0, items);
    behind_ = whole.substr(items + kEmpty.size());
  }
  void item(std::string& out, const api::Object& object) {
    if (!form_.yaml) return text_.item(out, object);
    if (std::exchange(first_, false)) out += '\n';
    std::string json = "[";
    text_.item(json, object);
    if (json[1] == ',') json[1] = ' ';
    out += in_language(json + "]", form_);
  }
  void end(std::string& out) {
    if (!form_.yaml) {
      text_.end(out);
      out += '\n';
      return;
    }
    if (first_) out += kEmpty;
    out += behind_;
  }

 private:
  static constexpr std::string_view kEmpty = " []\n";  // behind the name of the items

  const Form form_;
  std::string behind_;  // in YAML: what follows the items
  bool first_ = true;
  ListText text_;
};

/// Asks for the memory of objects that are read next, so that it is fetched for several at a time: each part of an object lies
/// somewhere else, and waiting for one after the other was a large part of the work of a list.
class Ahead {
 public:
  static constexpr size_t kObjects = 16;

  void ask(std::span<const ObjectPtr> objects) {
    objects_.clear();
    for (const ObjectPtr& object : objects) ask(object.get(), sizeof *object);
    for (const ObjectPtr& object : objects) ask(object->content);
    for (size_t begin = 0, end = objects_.size(); begin != end; begin = std::exchange(end, objects_.size())) {
      for (size_t i = begin; i != end; ++i) ask_members(*objects_[i]);
    }
  }

 private:
  static constexpr size_t kLine = 64;
  static constexpr size_t kAskedMax = 512;  // bytes of a part: by then the processor sees how it goes on
  static constexpr size_t kPartsMax = 256;

  static void ask(const void* memory, size_t bytes) {
    const char* at = static_cast<const char*>(memory);
    for (size_t offset = 0; offset < std::min(bytes, kAskedMax); offset += kLine) __builtin_prefetch(at + offset);
  }
  void ask(const doc::Value& value) {
    if (const std::string* text = value.as_string()) return ask(text->data(), text->size());
    if (const doc::Packed* packed = value.as_packed()) return ask(packed->json.data(), packed->json.size());
    const doc::Object* object = value.as_object();
    if (!object || object->empty()) return;
    ask(&*object->begin(), object->size() * sizeof(doc::Member));
    if (objects_.size() < kPartsMax) objects_.push_back(object);
  }
  void ask_members(const doc::Object& object) {
    for (const doc::Member& member : object) ask(member.value);
  }

  std::vector<const doc::Object*> objects_;  // asked for, their members not yet
};

class ListBody final : public httpd::BodySource {
 public:
  ListBody(store::Scan scan, ListOptions options, const Place& place, const Form& form, int64_t now)
      : scan_(std::move(scan)),
        options_(std::move(options)),
        catalog_(place.catalog),
        writer_({*place.kind, catalog_->kinds(), form, options_.include_object, now}) {}

  bool next(std::string& out) override {
    if (!begun_ && !begin(out)) return true;
    const bool more = options_.limit == 0 ? append_selected(out) : append_collected(out);
    if (!more) writer_.end(out);
    return more;
  }

  size_t held_bytes() const override { return page_.capacity() * sizeof(ObjectPtr); }

 private:
  bool wanted(const api::Object& object) const {
    return options_.labels.matches(object.content) && options_.fields.matches(object.content);
  }

  /// What stands before the items; of a page that is known once it is collected. False: not yet.
  bool begin(std::string& out) {
    if (options_.limit != 0 && collect()) return false;
    begun_ = true;
    ListMeta meta{.revision = scan_.revision()};
    const size_t remaining = options_.limit == 0 || page_.empty() ? 0 : scan_.remaining();
    if (remaining != 0) {
      const api::ObjectKey& last = page_.back()->key;
      meta.continue_token = Continue{meta.revision, last.ns, last.name}.to_string();
      if (options_.labels.empty() && options_.fields.empty()) meta.remaining = remaining;
    }
    writer_.begin(out, meta);
    return true;
  }

  /// True: there is more to look at.
  bool collect() {
    size_t looked_at = 0;
    const bool stopped = scan_.walk([&](const ObjectPtr& object) {
      if (wanted(*object)) page_.push_back(object);
      return page_.size() < options_.limit && ++looked_at < kLookedAtMax;
    });
    return stopped && page_.size() < options_.limit;
  }

  bool append_selected(std::string& out) {
    const size_t full = out.size() + kPieceBytes;
    for (size_t looked_at = 0; out.size() < full && looked_at < kLookedAtMax; ++looked_at) {
      if (sent_ == page_.size() && !fetch()) return false;
      const api::Object& object = next_of_page();
      if (wanted(object)) writer_.item(out, object);
    }
    return true;
  }

  const api::Object& next_of_page() {
    if (sent_ % Ahead::kObjects == 0)
      ahead_.ask(std::span(page_).subspan(sent_, std::min(Ahead::kObjects, page_.size() - sent_)));
    return *page_[sent_++];
  }

  /// The next objects of a list without a limit. False: there are none.
  bool fetch() {
    page_.clear();
    sent_ = 0;
    scan_.walk([&](const ObjectPtr& object) {
      page_.push_back(object);
      return page_.size() < kFetched;
    });
    return !page_.empty();
  }

  bool append_collected(std::string& out) {
    const size_t full = out.size() + kPieceBytes;
    while (sent_ < page_.size() && out.size() < full) writer_.item(out, next_of_page());
    return sent_ < page_.size();
  }

  store::Scan scan_;
  const ListOptions options_;
  const std::shared_ptr<const Catalog> catalog_;
  ListWriter writer_;
  bool begun_ = false;
  std::vector<ObjectPtr> page_;  // of a list with a limit all of it, else the next few
  size_t sent_ = 0;              // of it
  Ahead ahead_;
};

/// A list that is large enough to be compressed has a rest.
httpd::Response response_of(std::shared_ptr<httpd::BodySource> body, const Form& form) {
  httpd::Response response;
  response.content_type = form.content_type();
  bool more = true;
  for (size_t pieces = 0; more && pieces * kPieceBytes <= kCompressedFrom; ++pieces) {
    std::string piece;
    more = body->next(piece);
    response.body += piece;
  }
  if (more) response.rest = std::move(body);
  return response;
}

}  // namespace

Outcome<httpd::Response> list_objects(store::Store& store, const Place& place, const httpd::Request& request, int64_t now) {
  const Kind& kind = *place.kind;
  auto form = choose_form_of(request.header("Accept"), true, kind.gvk.kind + "List");
  if (!form) return refuse(std::move(form.error()));
  auto options = parse_list_options(request, kind);
  if (!options) return refuse(std::move(options.error()));
  if (options->revision > store.revision()) return refuse(not_reached(*options, store.revision()));
  const auto start = start_of(*options, kind, place.target.ns, store.revision());
  if (!start) return refuse(start.error());
  auto scan = store.scan(selector_of(place.target, kind, *options), start->revision, start->after);
  if (!scan && scan.error().code == ErrorCode::kExpired) return refuse(expired_list(*start));
  if (!scan) return refuse(from_store(scan.error(), kind, ""));
  return response_of(std::make_shared<ListBody>(*std::move(scan), *std::move(options), place, *form, now), *form);
}

std::string whole_body(const httpd::Response& response) {
  std::string body = response.body;
  while (response.rest && response.rest->next(body)) {}
  return body;
}

}  // namespace graylane::apiserver
