// Table: where any request goes. The one form that every dialect compiles into: host -> ordered rules -> decision, every part
// with the line of the manifest it came from. Immutable after build; shared by workers and successive tables (a table that
// differs in one host shares all other hosts); lookups allocate nothing. Plain values only: what the gateway needs of
// passwords, ranges or expressions is compiled in. Sorting and precedence are the compiler's work.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "route/address.h"
#include "route/box.h"
#include "route/host_map.h"
#include "route/origin.h"
#include "route/path_index.h"
#include "route/regex.h"
#include "route/request.h"
#include "route/shared_list.h"
#include "route/text_template.h"
#include "route/upstream_policy.h"

namespace graylane::route {

struct ObjectRef {
  std::string name;  // "Ingress default/shop"
  FileName file;
  bool operator==(const ObjectRef& other) const;
};

// ---- backends: the versions that requests go to ----

using BackendId = uint32_t;

struct BackendEndpoint {
  std::string address;  // IP literal, or a DNS name; empty: planned, see api::Endpoint
  uint16_t port = 0;
  bool operator==(const BackendEndpoint&) const = default;
};

enum class LoadBalance : uint8_t { kRoundRobin, kEwma, kConsistentHash };

/// A Service's port and the ready endpoints behind it.
struct Backend {
  std::string ns;
  std::string service;
  std::string port;          // as the manifest names it: "80", "http"
  uint16_t port_number = 0;  // of the Service; 0 when the Service is unknown
  std::vector<BackendEndpoint> endpoints;
  Box<std::string> why_not_ready;  // set when there are no endpoints: "Service default/shop does not exist"
  LoadBalance balance = LoadBalance::kRoundRobin;
  TextTemplate hash_key;          // with kConsistentHash
  uint32_t hash_subset_size = 0;  // 0: no subsets
  bool ready() const { return !endpoints.empty(); }
  bool operator==(const Backend&) const = default;
};

// ---- splits: which version ----

enum class Role : uint8_t { kStable, kCanary, kDefault };

struct Destination {
  BackendId backend = kNoIndex;
  Role role = Role::kStable;
  uint64_t weight = 0;       // of Split::total
  std::string affinity_key;  // the second part of the affinity cookie that names this destination; empty: none
  Origin at;
  bool operator==(const Destination&) const = default;
};

/// Tests are asked in order; the first one that holds decides, then the weights do.
struct Test {
  enum class Kind : uint8_t { kAffinityCookie, kHeaderEquals, kHeaderMatches, kCookieEquals };
  Kind kind = Kind::kHeaderEquals;
  uint8_t destination = 0;
  uint8_t on_error = 0;  // kHeaderMatches: the destination when the expression fails (limit reached, or it never compiled)
  std::string name;      // header: lower case with '-'; cookie: its name
  std::string value;     // what it must equal; the affinity key
  std::shared_ptr<const Regex> pattern;
  std::string pattern_text;  // set with or without `pattern`
  Origin at;
};

struct Sticky {
  enum class Key : uint8_t { kNothing, kCookie, kHeader, kSourceIp };
  Key key = Key::kNothing;
  std::string name;  // of the cookie or header
  uint64_t salt = 0;
  Origin at;
};

/// Destination 0 is the stable version. A destination without endpoints is passed over for destination 0.
struct Split {
  uint64_t id = 0;  // the same for the same route in successive tables: the draw's state is kept under it
  std::vector<Destination> destinations;
  SharedList<Test> tests;
  uint64_t total = 0;           // of the weights; 0: no draw, destination 0
  std::string affinity_cookie;  // name; empty: no session affinity
  Sticky sticky;
  Origin weight_at;
};

// ---- rules ----

enum class PathKind : uint8_t {
  kExact,
  kSegmentPrefix,  // "/a" matches "/a" and "/a/b", not "/ab"; no '/' at its end but for "/" itself
  kPrefix,         // of the text
  kRegex,
};

enum class RuleKind : uint8_t {
  kForward,        // to `backend`
  kSplit,          // to one of splits[index]
  kRespond,        // responses[index], after the policy: redirects and access lists come first
  kRespondAtOnce,  // responses[index], before any policy
};

/// Access, redirects and edits that a location has beside its destination. Shared by rules and hosts.
struct Policy;

struct Rule {
  std::string path;
  uint32_t regex = kNoIndex;    // in Host::regexes, with PathKind::kRegex
  uint32_t policy = kNoIndex;   // in Host::policies
  uint32_t target = kNoIndex;   // BackendId, or an index into splits or responses
  uint32_t rewrite = kNoIndex;  // in Host::regexes: what Policy::rewrite replaces
  Origin at;
  PathKind path_kind = PathKind::kSegmentPrefix;
  RuleKind kind = RuleKind::kForward;
  Role role = Role::kStable;  // with kForward
  bool https_redirect_exempt = false;
  bool implicit = false;  // written by nobody: what the dialect adds
};

/// An answer that the gateway gives itself.
struct Response {
  uint16_t status = 0;
  TextTemplate location;    // empty: none
  bool relative = false;    // a location that begins with '/' is sent as it is; otherwise made absolute
  bool keep_query = false;  // the request's query is appended
  std::string why;          // for explain
  Origin at;
};

struct Policy {
  // in the order in which they act
  Box<Response> closed;  // before everything else: the location cannot be served as asked
  Box<Response> redirect;
  Box<Response> https_redirect;  // for plain http only, and not for rules that are exempt
  std::vector<Cidr> deny;
  Origin deny_at;
  std::vector<Cidr> allow;  // empty: everybody
  Origin allow_at;
  Box<Response> closed_by_auth;  // a protection that cannot be applied fails closed
  bool satisfy_any = false;      // an address that is allowed needs no authentication

  // edits of what is forwarded
  Box<TextTemplate> rewrite;  // the new path; an absolute URL is a redirect with status 302
  Origin rewrite_at;
  Box<TextTemplate> forwarded_prefix;  // X-Forwarded-Prefix, with a rewrite
  Box<TextTemplate> upstream_host;
  Origin upstream_host_at;

  // limits
  uint64_t body_bytes_max = 1024 * 1024;  // 0: unlimited
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds read_timeout{60};
  std::chrono::seconds send_timeout{60};

  // with the endpoints; absent for nearly all policies
  Box<Retry> retry;  // absent: the defaults of Retry
  Box<Affinity> affinity;
  Box<ResponseEdits> response_edits;
  bool http_1_0 = false;  // what endpoints are spoken to
  uint32_t response_head_bytes_max = kResponseHeadCeiling;

  std::vector<std::string> notes;  // what was asked for and is not applied as asked; explain says so
};

/// What a lookup reads is in the index: the rest is for answers, explanations and lists.
struct Host {
  Box<Response> closed;     // the whole host
  PathIndex index;          // over `rules`
  std::vector<Rule> rules;  // in order of precedence
  std::vector<std::shared_ptr<const Policy>> policies;
  std::vector<std::shared_ptr<const Regex>> regexes;
  std::vector<Split> splits;
  std::vector<Response> responses;
  std::string name;  // "app.example", "*.example"; "" for the fallback
  Origin at;         // where it is named
  std::vector<ObjectRef> objects;
};

using HostPtr = std::shared_ptr<const Host>;
using BackendPtr = std::shared_ptr<const Backend>;

/// What a lookup reads once it has found a host in a HostMap.
inline PathIndexView read_next(const HostPtr& host) { return host->index; }
/// Kept apart by SharedSlots.
inline bool slot_flag(const BackendPtr& backend) { return backend && backend->ready(); }

/// A host name that needs an expression (server-alias "~^api\d+\.example$"); asked in order after all others.
struct HostRegex {
  std::shared_ptr<const Regex> regex;
  HostPtr host;
};

/// How the gateway chooses between versions by weight.
enum class SplitMode : uint8_t { kExact, kRandom };

struct Table {
  uint64_t revision = 0;
  HostMap<HostPtr> exact;       // "app.example"
  HostMap<HostPtr> any_suffix;  // ".example" of "*.example": one or more labels
  HostMap<HostPtr> one_label;   // ".example": exactly one label
  std::vector<HostRegex> regexes;
  HostPtr fallback;                  // any other host; never null in a built table
  SharedSlots<BackendPtr> backends;  // by BackendId
  std::shared_ptr<const ListenerOptions> listener = std::make_shared<const ListenerOptions>();
  SplitMode split_mode = SplitMode::kExact;

  const Backend& backend(BackendId id) const { return *backends[id]; }
  bool ready(BackendId id) const { return backends.flag(id); }
  /// `name` in lower case, without port. Precedence: exact, longest any_suffix, one_label, regexes, fallback.
  const Host& find_host(std::string_view name, RegexScratch& scratch) const {
    return *find(name, hash_name(name), scratch).target;
  }
  /// The same, and what a lookup reads of it. `hash` is hash_name(name).
  HostMap<HostPtr>::Found find(std::string_view name, uint64_t hash, RegexScratch& scratch) const;
};

using TablePtr = std::shared_ptr<const Table>;

}  // namespace graylane::route
