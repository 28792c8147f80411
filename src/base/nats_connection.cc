#include "base/nats_connection.h"

#include <fmt/format.h>

#include "base/thread_name.h"

namespace alarum {
namespace {

constexpr std::int64_t kConnectMs = 2000, kPingMs = 20'000;

// The first option that the library refuses ends it.
natsStatus configure_nats(const NatsLogin& login, natsOptions* options) {
  std::vector<const char*> urls;
  for (const auto& server : login.servers) urls.push_back(server.c_str());
  auto status = natsOptions_SetServers(options, urls.data(), static_cast<int>(urls.size()));
  const auto set = [&](natsStatus done) { status = status == NATS_OK ? done : status; };
  set(natsOptions_SetName(options, "alarum"));
  set(natsOptions_SetTimeout(options, kConnectMs));
  set(natsOptions_SetPingInterval(options, kPingMs));
  set(natsOptions_SetAllowReconnect(options, false));
  // Without one the library writes to standard error.
  set(natsOptions_SetErrorHandler(
      options, [](natsConnection*, natsSubscription*, natsStatus, void*) {}, nullptr));
  if (!login.username.empty())
    set(natsOptions_SetUserInfo(options, login.username.c_str(), login.password.c_str()));
  if (!login.token.empty()) set(natsOptions_SetToken(options, login.token.c_str()));
  if (!login.credentials_file.empty())
    set(natsOptions_SetUserCredentialsFromFiles(options, login.credentials_file.c_str(), nullptr));
  if (!login.encrypted) return status;
  set(natsOptions_SetSecure(options, true));
  if (!login.ca_file.empty())
    set(natsOptions_LoadCATrustedCertificates(options, login.ca_file.c_str()));
  if (!login.cert_file.empty())
    set(natsOptions_LoadCertificatesChain(options, login.cert_file.c_str(),
                                          login.key_file.c_str()));
  if (!login.server_name.empty())
    set(natsOptions_SetExpectedHostname(options, login.server_name.c_str()));
  if (login.insecure_skip_verify) set(natsOptions_SkipServerVerification(options, true));
  return status;
}

}  // namespace

std::string nats_says(natsStatus status) {
  const char* said = nats_GetLastError(nullptr);
  return said && *said ? said : natsStatus_GetText(status);
}

Error nats_error(natsStatus status, const std::string& servers) {
  const auto detail = nats_says(status);
  switch (status) {
    case NATS_CONNECTION_AUTH_FAILED:
    case NATS_NOT_PERMITTED:
      return {
          "not_authenticated",
          fmt::format("{} refuses the login: is username, token or credentials_file right? ({})",
                      servers, detail)};
    case NATS_SSL_ERROR:
    case NATS_SECURE_CONNECTION_REQUIRED:
    case NATS_SECURE_CONNECTION_WANTED:
      return {"tls_failed", fmt::format("TLS with {} failed: does the server speak TLS, and is "
                                        "tls_config right? ({})",
                                        servers, detail)};
    default:
      return {"unreachable", fmt::format("{} cannot be reached: does the server run, and is the "
                                         "port right? ({})",
                                         servers, detail)};
  }
}

Result<OwnNats<natsConnection>> connect_nats(const NatsLogin& login, const char* thread_name) {
  const NameOfNewThreads name(thread_name);
  natsOptions* made = nullptr;
  auto status = natsOptions_Create(&made);
  const OwnNats<natsOptions> options(made);
  if (status == NATS_OK) status = configure_nats(login, options.get());
  if (status != NATS_OK)
    return fail("bad_settings", fmt::format("nats.c refuses the settings: {}", nats_says(status)));
  natsConnection* connection = nullptr;
  status = natsConnection_Connect(&connection, options.get());
  OwnNats<natsConnection> own(connection);
  if (status == NATS_OK) return own;
  std::string servers;
  for (const auto& server : login.servers) servers += (servers.empty() ? "" : ",") + server;
  return std::unexpected(nats_error(status, servers));
}

}  // namespace alarum
