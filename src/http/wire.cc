#include "http/wire.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/ascii.h"

namespace alarum::http {
namespace {

using Names = std::vector<std::string>;

void add_name(const ASN1_STRING* text, Names& names) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size > 0)
    names.push_back(lowered(
        std::string_view(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size))));
  OPENSSL_free(bytes);
}

Names names_in(X509* certificate) {
  Names names;
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> others(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; i < sk_GENERAL_NAME_num(others.get()); ++i) {
    const auto* one = sk_GENERAL_NAME_value(others.get(), i);
    if (one->type == GEN_DNS) add_name(one->d.dNSName, names);
  }
  const auto* subject = X509_get_subject_name(certificate);
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;)
    add_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)), names);
  ERR_clear_error();
  return names;
}

}  // namespace

Wire::Wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<const Tls> tls)
    : keys_(std::move(tls)),
      socket_(std::move(socket)),
      deadline_(socket_.get_executor(), [this] { cut(); }) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);  // for write_now()
  if (keys_) tls_.emplace(socket_, keys_->context());
}

void Wire::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

// One read or write of TLS consists of several on the socket, and may be between two of them now.
// Shutting the socket down makes those that follow fail as well.
void Wire::cut() {
  boost::system::error_code ignored;
  if (tls_) socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.cancel(ignored);
}

Moved Wire::ended(boost::system::error_code fault, std::size_t size) {
  const bool late = deadline_.end();
  if (fault && late) fault = boost::asio::error::timed_out;
  return {fault, size};
}

boost::asio::awaitable<Moved> Wire::read_some(boost::asio::mutable_buffer room) {
  deadline_.begin();
  if (tls_) {
    const auto [fault, size] = co_await tls_->async_read_some(room, kTuple);
    co_return ended(fault, size);
  }
  const auto [fault, size] = co_await socket_.async_read_some(room, kTuple);
  co_return ended(fault, size);
}

boost::asio::awaitable<Moved> Wire::write_some(std::string_view text) {
  const auto bytes = boost::asio::buffer(text.data(), text.size());
  deadline_.begin();
  if (tls_) {
    const auto [fault, size] = co_await tls_->async_write_some(bytes, kTuple);
    co_return ended(fault, size);
  }
  const auto [fault, size] = co_await socket_.async_write_some(bytes, kTuple);
  co_return ended(fault, size);
}

std::size_t Wire::write_now(std::string_view text) {
  if (tls_) return 0;
  boost::system::error_code fault;
  const auto size = socket_.write_some(boost::asio::buffer(text.data(), text.size()), fault);
  return fault ? 0 : size;
}

std::shared_ptr<const std::vector<std::string>> Wire::certificate() {
  if (!tls_) return nullptr;
  auto* const ssl = tls_->native_handle();
  const std::unique_ptr<X509, void (*)(X509*)> shown(SSL_get1_peer_certificate(ssl), X509_free);
  if (!shown || SSL_get_verify_result(ssl) != X509_V_OK) return nullptr;
  return std::make_shared<const Names>(names_in(shown.get()));
}

boost::asio::awaitable<bool> Wire::open() {
  if (!tls_) co_return true;
  deadline_.begin();
  const auto [fault] =
      co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, kTuple);
  co_return !ended(fault, 0).fault;
}

boost::asio::awaitable<void> Wire::close() {
  if (tls_) {
    expires_after(std::chrono::seconds(1));
    deadline_.begin();
    const auto [fault] = co_await tls_->async_shutdown(kTuple);
    (void)ended(fault, 0);
  }
  deadline_.close();
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace alarum::http
