#include "identity/authenticate.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace graylane::identity {

namespace {

std::unexpected<Error> unauthorized(std::string why) { return fail(ErrorCode::kInvalid, std::move(why)); }

/// Nothing: it is another scheme. Empty: "Bearer" without a token.
std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b; };
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  if (!std::ranges::equal(scheme, kScheme, same)) return std::nullopt;
  std::string_view token = authorization.substr(scheme.size());
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  return token.substr(0, token.find(' '));
}

Result<Identity> by_token(std::string_view token, Tokens& tokens) {
  auto found = tokens.find(token);
  if (!found) return fail(ErrorCode::kUnavailable, found.error().to_string());
  if (!*found) return unauthorized("the bearer token is not known here");
  return user_of_role(std::move((*found)->user), (*found)->role, std::move((*found)->only_namespace));
}

Result<Identity> by_certificate(const httpd::CertificateSubject& subject, std::chrono::system_clock::time_point now) {
  if (now > subject.valid_until) return unauthorized("the client's certificate is valid no longer");
  if (subject.common_name.empty()) return unauthorized("the client's certificate names no user (CN)");
  Identity identity{.user = subject.common_name, .groups = subject.organizations, .role = Role::kNone, .only_namespace = {}};
  identity.role = role_of(identity.groups);
  identity.groups.emplace_back(kAuthenticatedGroup);
  return identity;
}

}  // namespace

Result<Identity> authenticate(const httpd::Request& request, Tokens& tokens, std::chrono::system_clock::time_point now) {
  if (request.header_count("Authorization") > 1) return unauthorized("there is more than one Authorization header");
  const std::string* authorization = request.header("Authorization");
  if (const auto token = authorization == nullptr ? std::nullopt : bearer_token(*authorization)) return by_token(*token, tokens);
  if (!request.tls) return anonymous();
  if (!request.tls->refused.empty()) return unauthorized("the client's certificate does not count: " + request.tls->refused);
  return request.tls->subject ? by_certificate(*request.tls->subject, now) : anonymous();
}

}  // namespace graylane::identity
