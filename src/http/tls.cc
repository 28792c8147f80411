#include "http/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>

namespace alarum::http {
namespace {

namespace ssl = boost::asio::ssl;

std::unexpected<Error> bad(const std::string& file, const boost::system::error_code& fault) {
  return fail("bad_tls", fmt::format("{}: {}", file, fault.message()));
}

// OpenSSL calls this for an encrypted key. Without it OpenSSL would ask for the pass phrase on the
// terminal, and the daemon would hang.
int no_pass_phrase(char*, int, int, void* asked) {
  if (asked) *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

Result<std::shared_ptr<const Tls>> Tls::load(const config::ListenTls& files) {
  auto tls = std::make_shared<Tls>();
  auto& context = tls->context();
  boost::system::error_code fault;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                          ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                          ssl::context::no_tlsv1_1,
                      fault);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  bool encrypted = false;
  SSL_CTX_set_default_passwd_cb(context.native_handle(), no_pass_phrase);
  SSL_CTX_set_default_passwd_cb_userdata(context.native_handle(), &encrypted);
  // Load the key first. If the certificate does not match it, OpenSSL reports no error but drops
  // the key, and check_private_key() below finds that.
  context.use_private_key_file(files.key_file, ssl::context::pem, fault);
  SSL_CTX_set_default_passwd_cb_userdata(context.native_handle(), nullptr);
  if (encrypted)
    return fail("bad_tls",
                fmt::format("{}: the key is encrypted, and a daemon cannot ask for its pass "
                            "phrase: write it without (openssl pkey -in KEY -out PLAIN, mode 0600)",
                            files.key_file));
  if (fault) return bad(files.key_file, fault);
  context.use_certificate_chain_file(files.cert_file, fault);
  if (fault) return bad(files.cert_file, fault);
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    ERR_clear_error();
    return fail("bad_tls", fmt::format("{}: the key is not that of the certificate in {}",
                                       files.key_file, files.cert_file));
  }
  if (files.client_ca_file.empty()) return tls;
  context.load_verify_file(files.client_ca_file, fault);
  if (fault) return bad(files.client_ca_file, fault);
  context.set_verify_mode(files.client_optional
                              ? ssl::verify_peer
                              : ssl::verify_peer | ssl::verify_fail_if_no_peer_cert,
                          fault);
  // Without a session id context OpenSSL refuses to resume sessions that showed a certificate.
  SSL_CTX_set_session_id_context(context.native_handle(),
                                 reinterpret_cast<const unsigned char*>("alarum"), 6);
  return tls;
}

Result<void> Tls::check_authorities(const std::string& ca_file) {
  ssl::context context(ssl::context::tls_client);
  boost::system::error_code fault;
  context.load_verify_file(ca_file, fault);
  if (fault) return bad(ca_file, fault);
  return {};
}

}  // namespace alarum::http
