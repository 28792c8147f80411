#include "app/key_files.h"

#include <fmt/format.h>

#include "config/push_ingest.h"
#include "config/sources.h"
#include "http/tls.h"

namespace alarum::app {
namespace {

class Checker {
 public:
  Checker(const std::string& path, Diagnostics& out) : path_(path), out_(out) {}

  // Certificate and key that the daemon shows to others.
  void ours(const std::string& what, const config::ListenTls& files) {
    note(what, http::Tls::load(files));
  }
  // Authorities that it trusts, and the client certificate that it shows to servers.
  void theirs(const std::string& what, const config::Tls& files) {
    if (!files.ca_file.empty())
      note(what + ": ca_file", http::Tls::check_authorities(files.ca_file));
    if (!files.cert_file.empty())
      note(what, http::Tls::load({files.cert_file, files.key_file, {}, false}));
  }

 private:
  void note(const std::string& what, const auto& loaded) {
    if (!loaded) out_.error({path_, 0, 0}, fmt::format("{}: {}", what, loaded.error().message));
  }

  const std::string& path_;
  Diagnostics& out_;
};

}  // namespace

void check_key_files(const config::Config& config, const std::string& path, Diagnostics& out) {
  Checker check(path, out);
  if (config.tls) check.ours("tls", *config.tls);
  for (const auto& source : *config.sources) {
    if (source.tls) check.ours("source " + source.name, *source.tls);
    check.theirs("source " + source.name, source.http.tls);
    if (source.cloud_eye) check.theirs("source " + source.name, source.cloud_eye->http.tls);
  }
  check.theirs("smn", config.pushes->smn.how->tls);
  check.theirs("sns", config.pushes->sns.how->tls);
  for (const auto& receiver : config.receivers) {
    for (const auto& integration : receiver.integrations)
      check.theirs(fmt::format("receiver {}: {}_configs", receiver.name, integration.kind),
                   integration.http.tls);
  }
  if (config.heartbeat) check.theirs("heartbeat", config.heartbeat->how.http.tls);
}

}  // namespace alarum::app
