// HostEmitter: one server of the model becomes one Host. Used within one emit() call.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "dialect/ingress_nginx/emit.h"

namespace graylane::ingress_nginx {

class HostEmitter {
 public:
  /// `is_alias`: ssl-redirect does not hold for names that the certificate may not cover.
  HostEmitter(const EmitInput& input, const Server& server, bool is_alias, Emitted& emitted, Reporter* reporter);
  route::HostPtr build();

 private:
  // rules
  void add_exact_and_prefix_rules();
  void add_regex_rules();
  void add_app_root();
  void add_status_pages();
  void add_rule(const Location& location, route::PathKind kind, std::string path, bool rewrites_with_slash = false);
  void add_slash_redirect(const Location& location);
  bool set_target(const Location& location, route::Rule& rule);
  uint32_t regex_index(const std::string& pattern);
  void drop_duplicates();
  void drop_duplicate(const Location& location, const Location& older);

  // splits
  const Upstream* alternative_of(const Location& location, const Upstream& stable) const;
  void add_split(const Location& location, const Upstream& stable, route::BackendId stable_id, route::Role role,
                 const Upstream& canary, route::Rule& rule);
  void set_sticky(const Location& location, const Upstream& stable, const Entry& owner, route::Split& split);
  void add_canary_tests(const Entry& owner, const CanaryPolicy& policy, route::Split& split);
  bool add_header_tests(const Entry& entry, const CanaryPolicy& policy, route::Split& split);
  void add_cookie_tests(const Entry& entry, const CanaryPolicy& policy, route::Split& split);
  route::BackendId backend_of(const Upstream& upstream);
  const Upstream* fallback_of(const Location& location, const Upstream& stable, std::optional<Upstream>& made) const;

  // policies
  uint32_t policy_index(const Location& location);
  route::Policy make_policy(const Location& location, bool auth_exempt);
  void set_upstream(const Entry& entry, route::Policy& policy);
  void set_affinity(const Location& location, route::Policy& policy);
  void set_redirects(const Entry& entry, const Location& location, route::Policy& policy);
  route::TextTemplate text_template(const std::string& text, const Entry& entry, const Location& location) const;

  uint32_t object_index(const Entry& entry);
  route::Origin origin(const Entry& entry, Position at) { return {object_index(entry), at}; }
  uint32_t add_response(route::Response response);
  void report(Severity severity, std::string_view id, const Entry& entry, Position at, std::string field, std::string message,
              std::string fix);

  const EmitInput& input_;
  const Server& server_;
  bool is_alias_;
  Emitted& emitted_;
  Reporter* reporter_;  // null: this host's problems are reported elsewhere
  std::shared_ptr<route::Host> host_;
  const std::pair<const std::string, PublishedBackend>* last_backend_ = nullptr;  // of emitted_
  std::vector<const Location*> locations_;                                        // in nginx's order: longest path first
  bool regex_mode_ = false;
  std::map<const Entry*, uint32_t> objects_;
  const std::pair<const Entry* const, uint32_t>* last_object_ = nullptr;  // of objects_
  std::map<std::string, uint32_t> regexes_;
  using PolicyKey = std::tuple<const Entry*, bool, bool, std::string>;
  std::map<PolicyKey, uint32_t> policies_;
  const std::pair<const PolicyKey, uint32_t>* last_policy_ = nullptr;  // of policies_
  const Entry* tests_of_ = nullptr;                                    // the canary of `tests_`
  route::SharedList<route::Test> tests_;
  uint32_t not_found_ = route::kNoIndex;
};

/// Whether the location turns its whole host to regular expressions.
bool asks_for_regex(const Location& location);
bool needs_rewrite(const Location& location);

}  // namespace graylane::ingress_nginx
