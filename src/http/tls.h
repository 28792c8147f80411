#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace alarum::http {

/// Certificate and key that the server shows, and whose certificates it asks of senders. Immutable:
/// a reload makes another, which later connections get.
class Tls {
 public:
  /// TLS 1.2 and 1.3, by the files (PEM) that the config names. Error `bad_tls`, naming the file
  /// and what is wrong with it.
  static Result<std::shared_ptr<const Tls>> load(const config::ListenTls& files);
  /// Whether the file has certificates of authorities. Error `bad_tls`.
  static Result<void> check_authorities(const std::string& ca_file);

  Tls() : context_(boost::asio::ssl::context::tls_server) {}
  boost::asio::ssl::context& context() const { return context_; }

 private:
  // A stream asks for one that it could change, and does not
  mutable boost::asio::ssl::context context_;
};

}  // namespace alarum::http
