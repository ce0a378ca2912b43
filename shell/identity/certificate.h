// Making and reading X.509 certificates with EC P-256 keys. Pure, but for random numbers from OpenSSL; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "identity/pki.h"

struct x509_st;      // OpenSSL's X509
struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace graylane::identity {

enum class Purpose { kServer, kClient };

struct LeafPlan {
  Purpose purpose = Purpose::kServer;
  std::string common_name;
  std::string organization;        // empty: none
  std::vector<std::string> names;  // of a server: host names and addresses
};

/// A certificate with its key, ready to be looked at and to sign. Moves only.
class Certificate {
 public:
  /// kInvalid: one of them is no PEM, or they do not belong together.
  static Result<Certificate> read(const KeyPair& pem);
  /// Signs itself, for 10 years.
  static Result<Certificate> make_ca(SystemTime now);
  /// By this CA, for a year, but not beyond the CA's own end.
  Result<Certificate> issue(const LeafPlan& plan, SystemTime now) const;
  ~Certificate();
  Certificate(Certificate&& other) noexcept;
  Certificate& operator=(Certificate&&) = delete;
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  KeyPair pem() const;
  bool is_ca() const;
  bool signed_by(const Certificate& ca) const;
  /// Whether it says all that the plan asks for.
  bool fits(const LeafPlan& plan) const;
  SystemTime not_before() const;
  SystemTime not_after() const;

 private:
  Certificate(x509_st* certificate, evp_pkey_st* key) : certificate_(certificate), key_(key) {}

  x509_st* certificate_;
  evp_pkey_st* key_;
};

}  // namespace graylane::identity
