#include "httpd/tls_peer.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace graylane::httpd {

namespace {

std::string text_of(const ASN1_STRING* from) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, from);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

std::vector<std::string> texts_of(const X509_NAME* name, int nid) {
  std::vector<std::string> texts;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0; at = X509_NAME_get_index_by_NID(name, nid, at))
    texts.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
  return texts;
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

CertificateSubject subject_of(const X509* certificate) {
  const X509_NAME* name = X509_get_subject_name(certificate);
  CertificateSubject subject;
  const std::vector<std::string> common_names = texts_of(name, NID_commonName);
  if (!common_names.empty()) subject.common_name = common_names.back();  // as Go's crypto/x509 reads it
  subject.organizations = texts_of(name, NID_organizationName);
  subject.valid_until = time_of(X509_get0_notAfter(certificate));
  return subject;
}

}  // namespace

TlsPeer peer_of(ssl_st* ssl) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl), &X509_free);
  if (!certificate) return {};
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) return {.subject = {}, .refused = X509_verify_cert_error_string(verified)};
  return {.subject = subject_of(certificate.get()), .refused = {}};
}

}  // namespace graylane::httpd
