#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace alarum::http {

/// Certificate and key of the server, and the authorities whose client certificates it accepts.
/// Immutable and shared by all http threads. A reload makes another one for later connections;
/// existing connections keep theirs alive.
class Tls {
 public:
  /// TLS 1.2 and 1.3 with the PEM files that the config names. Reads them from disk. With
  /// `client_ca_file` a client certificate is required, or verified if shown when
  /// `client_optional` is set. Error `bad_tls`, naming the file and what is wrong with it: an
  /// encrypted key (nobody could type its pass phrase), a key of another certificate.
  static Result<std::shared_ptr<const Tls>> load(const config::ListenTls& files);
  /// Checks that the file has certificates of authorities, for `config check`. Error `bad_tls`.
  static Result<void> check_authorities(const std::string& ca_file);

  Tls() : context_(boost::asio::ssl::context::tls_server) {}
  boost::asio::ssl::context& context() const { return context_; }

 private:
  // mutable, because Asio's stream takes a context that is not const; it does not change it.
  mutable boost::asio::ssl::context context_;
};

}  // namespace alarum::http
