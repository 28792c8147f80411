#include "http/wire.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <chrono>

#include "base/ascii.h"

namespace alarum::http {
namespace {

using Names = std::vector<std::string>;

void add_name(const ASN1_STRING* text, Names& names) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size > 0) names.push_back(lowered(std::string_view(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size))));
  OPENSSL_free(bytes);
}

Names names_in(X509* certificate) {
  Names names;
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> others(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)), GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(others.get()); ++i) {
    const auto* one = sk_GENERAL_NAME_value(others.get(), i);
    if (one->type == GEN_DNS) add_name(one->d.dNSName, names);
  }
  const auto* subject = X509_get_subject_name(certificate);
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) add_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)), names);
  ERR_clear_error();
  return names;
}

}  // namespace

std::shared_ptr<const std::vector<std::string>> Wire::certificate() {
  if (!tls_) return nullptr;
  auto* const ssl = tls_->native_handle();
  const std::unique_ptr<X509, void (*)(X509*)> shown(SSL_get1_peer_certificate(ssl), X509_free);
  if (!shown || SSL_get_verify_result(ssl) != X509_V_OK) return nullptr;
  return std::make_shared<const Names>(names_in(shown.get()));
}

boost::asio::awaitable<bool> Wire::open() {
  if (!tls_) co_return true;
  const auto [fault] = co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, kTuple);
  co_return !fault;
}

boost::asio::awaitable<void> Wire::close() {
  if (tls_) {
    tcp_.expires_after(std::chrono::seconds(1));
    co_await tls_->async_shutdown(kTuple);
  }
  boost::system::error_code ignored;
  tcp_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace alarum::http
