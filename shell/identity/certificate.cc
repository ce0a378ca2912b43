#include "identity/certificate.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <utility>

namespace graylane::identity {

namespace {

constexpr std::chrono::minutes kClockSkew{5};  // of clients that are a little slow
constexpr std::chrono::hours kYear{365 * 24};
constexpr auto kCaTime = 10 * kYear;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::unexpected<Error> fail_openssl(ErrorCode code, const std::string& what) {
  std::array<char, 256> reason{};
  const unsigned long error = ERR_peek_last_error();
  ERR_error_string_n(error, reason.data(), reason.size());
  ERR_clear_error();
  return fail(code, error == 0 ? what : what + ": " + reason.data());
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

SystemTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? std::chrono::system_clock::from_time_t(::timegm(&parts)) : SystemTime();
}

bool set_serial(X509* certificate) {
  const Owned<BIGNUM> number(BN_new());
  return number && BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_times(X509* certificate, SystemTime from, SystemTime until) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), std::chrono::system_clock::to_time_t(from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), std::chrono::system_clock::to_time_t(until)) != nullptr;
}

bool add_to_name(X509* certificate, const char* field, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return text.empty() || X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8, bytes,
                                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool is_ip(const std::string& name) { return net::SocketAddress::from_ip(name, 0).has_value(); }

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + std::string(is_ip(name) ? "IP:" : "DNS:") + name;
  return text;
}

struct Extension {
  int nid;
  std::string value;  // as openssl's configuration files have it; empty: left out
};

bool add_extensions(X509* certificate, X509* issuer, const std::vector<Extension>& extensions) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  return std::ranges::all_of(extensions, [&](const Extension& extension) {
    if (extension.value.empty()) return true;
    const Owned<X509_EXTENSION> made(X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str()));
    return made && X509_add_ext(certificate, made.get(), -1) == 1;
  });
}

std::vector<Extension> leaf_extensions(const LeafPlan& plan) {
  return {{NID_basic_constraints, "critical,CA:FALSE"},
          {NID_key_usage, "critical,digitalSignature"},
          {NID_ext_key_usage, plan.purpose == Purpose::kServer ? "serverAuth" : "clientAuth"},
          {NID_authority_key_identifier, "keyid"},
          {NID_subject_alt_name, alternative_names(plan.names)}};
}

/// Everything but the signature. Key and certificate may be null when there is no memory.
bool fill(X509* certificate, EVP_PKEY* key, SystemTime from, SystemTime until, const std::string& common_name,
          const std::string& organization) {
  return certificate != nullptr && key != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1 &&
         set_serial(certificate) && set_times(certificate, from, until) && add_to_name(certificate, "O", organization) &&
         add_to_name(certificate, "CN", common_name) && X509_set_pubkey(certificate, key) == 1;
}

/// In seconds, as certificates have it.
std::string seconds_text(SystemTime now) { return std::to_string(std::chrono::system_clock::to_time_t(now)); }

}  // namespace

Certificate::~Certificate() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

Certificate::Certificate(Certificate&& other) noexcept
    : certificate_(std::exchange(other.certificate_, nullptr)), key_(std::exchange(other.key_, nullptr)) {}

Result<Certificate> Certificate::read(const KeyPair& pem) {
  ERR_clear_error();
  const Owned<BIO> text(BIO_new_mem_buf(pem.certificate_pem.data(), static_cast<int>(pem.certificate_pem.size())));
  const Owned<BIO> key_text(BIO_new_mem_buf(pem.key_pem.data(), static_cast<int>(pem.key_pem.size())));
  // A passphrase would be asked for on the terminal otherwise.
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  Certificate certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr),
                          PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
  if (certificate.certificate_ == nullptr) return fail_openssl(ErrorCode::kInvalid, "holds no certificate in PEM form");
  if (certificate.key_ == nullptr) return fail_openssl(ErrorCode::kInvalid, "holds no key in PEM form");
  if (X509_check_private_key(certificate.certificate_, certificate.key_) != 1)
    return fail_openssl(ErrorCode::kInvalid, "holds a key that does not belong to the certificate");
  return certificate;
}

Result<Certificate> Certificate::make_ca(SystemTime now) {
  ERR_clear_error();
  Certificate ca(X509_new(), EVP_EC_gen("P-256"));
  // The time tells one CA from the next, as keychains and browsers mix up two of one name.
  const bool made = fill(ca.certificate_, ca.key_, now - kClockSkew, now + kCaTime, "graylane-ca@" + seconds_text(now), "") &&
                    X509_set_issuer_name(ca.certificate_, X509_get_subject_name(ca.certificate_)) == 1 &&
                    add_extensions(ca.certificate_, ca.certificate_,
                                   {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                    {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                    {NID_subject_key_identifier, "hash"}}) &&
                    X509_sign(ca.certificate_, ca.key_, EVP_sha256()) != 0;
  if (!made) return fail_openssl(ErrorCode::kInternal, "the CA's certificate cannot be made");
  return ca;
}

Result<Certificate> Certificate::issue(const LeafPlan& plan, SystemTime now) const {
  ERR_clear_error();
  Certificate leaf(X509_new(), EVP_EC_gen("P-256"));
  const SystemTime until = std::min<SystemTime>(now + kYear, not_after());
  const SystemTime from = std::max<SystemTime>(now - kClockSkew, not_before());
  const bool made = fill(leaf.certificate_, leaf.key_, from, until, plan.common_name, plan.organization) &&
                    X509_set_issuer_name(leaf.certificate_, X509_get_subject_name(certificate_)) == 1 &&
                    add_extensions(leaf.certificate_, certificate_, leaf_extensions(plan)) &&
                    X509_sign(leaf.certificate_, key_, EVP_sha256()) != 0;
  if (!made) return fail_openssl(ErrorCode::kInternal, "a certificate for " + plan.common_name + " cannot be made");
  return leaf;
}

KeyPair Certificate::pem() const {
  const Owned<BIO> certificate(BIO_new(BIO_s_mem()));
  const Owned<BIO> key(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate.get(), certificate_);
  PEM_write_bio_PrivateKey(key.get(), key_, nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(certificate.get()), text_of(key.get())};
}

bool Certificate::is_ca() const { return X509_check_ca(certificate_) == 1 && signed_by(*this); }

bool Certificate::signed_by(const Certificate& ca) const {
  const bool good = X509_NAME_cmp(X509_get_issuer_name(certificate_), X509_get_subject_name(ca.certificate_)) == 0 &&
                    X509_verify(certificate_, X509_get0_pubkey(ca.certificate_)) == 1;
  ERR_clear_error();
  return good;
}

bool Certificate::fits(const LeafPlan& plan) const {
  const auto says = [this](int nid, const std::string& text) {
    std::array<char, 256> found{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate_), nid, found.data(), static_cast<int>(found.size()));
    return text == found.data();
  };
  const auto covers = [this](const std::string& name) {
    return is_ip(name)
               ? X509_check_ip_asc(certificate_, name.c_str(), 0) == 1
               : X509_check_host(certificate_, name.c_str(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
  };
  return says(NID_commonName, plan.common_name) && says(NID_organizationName, plan.organization) &&
         std::ranges::all_of(plan.names, covers);
}

SystemTime Certificate::not_before() const { return time_of(X509_get0_notBefore(certificate_)); }
SystemTime Certificate::not_after() const { return time_of(X509_get0_notAfter(certificate_)); }

}  // namespace graylane::identity
