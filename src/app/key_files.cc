#include "app/key_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "config/push_ingest.h"
#include "config/sources.h"
#include "http/tls.h"

namespace alarum::app {
namespace {

class Checker {
 public:
  Checker(const std::string& path, Diagnostics& out) : path_(path), out_(out) {}

  // Where what is checked from here on stands.
  void stands_at(const Place& place) { place_ = place.line > 0 ? place : Place{path_, 0, 0}; }
  // Certificate and key that the daemon shows to others.
  void ours(const std::string& what, const config::ListenTls& files) {
    if (are_there(what, {{"cert_file", files.cert_file},
                         {"key_file", files.key_file},
                         {"client_ca_file", files.client_ca_file}}))
      note(what, http::Tls::load(files));
  }
  // Authorities that it trusts, and the client certificate that it shows to servers.
  void theirs(const std::string& what, const config::Tls& files) {
    if (!are_there(what, {{"ca_file", files.ca_file},
                          {"cert_file", files.cert_file},
                          {"key_file", files.key_file}}))
      return;
    if (!files.ca_file.empty())
      note(what + ": ca_file", http::Tls::check_authorities(files.ca_file));
    if (!files.cert_file.empty())
      note(what, http::Tls::load({files.cert_file, files.key_file, {}, false}));
  }
  // A file of another form that only its reader understands.
  void is_there(const std::string& what, const char* key, const std::string& path) {
    (void)are_there(what, {{key, path}});
  }

 private:
  void note(const std::string& what, const auto& loaded) {
    if (!loaded) out_.error(place_, fmt::format("{}: {}", what, loaded.error().message));
  }
  // A line for each that cannot be opened; who mends one must not find the next one then.
  bool are_there(const std::string& what,
                 const std::vector<std::pair<const char*, std::string>>& files) {
    bool all = true;
    for (const auto& [key, path] : files) {
      if (path.empty() || ::access(path.c_str(), R_OK) == 0) continue;
      out_.error(place_, fmt::format("{}: {}: {}: {}", what, key, path, std::strerror(errno)));
      all = false;
    }
    return all;
  }

  const std::string& path_;
  Place place_{path_, 0, 0};
  Diagnostics& out_;
};

}  // namespace

void check_key_files(const config::Config& config, const std::string& path, Diagnostics& out) {
  Checker check(path, out);
  check.stands_at(config.tls_place);
  if (config.tls) check.ours("tls", *config.tls);
  check.stands_at({});
  for (const auto& source : *config.sources) {
    if (source.tls) check.ours("source " + source.name, *source.tls);
    check.theirs("source " + source.name, source.http.tls);
    if (source.broker) check.theirs("source " + source.name, source.broker->tls);
    if (source.broker && !source.broker->credentials_file.empty())
      check.is_there("source " + source.name, "credentials_file", source.broker->credentials_file);
    if (source.cloud_eye) check.theirs("source " + source.name, source.cloud_eye->http.tls);
  }
  check.theirs("smn", config.pushes->smn.how->tls);
  check.theirs("sns", config.pushes->sns.how->tls);
  for (const auto& receiver : config.receivers) {
    check.stands_at(receiver.place);
    for (const auto& integration : receiver.integrations)
      check.theirs(fmt::format("receiver {}: {}_configs", receiver.name, integration.kind),
                   integration.http.tls);
  }
  check.stands_at({});
  if (config.heartbeat) check.theirs("heartbeat", config.heartbeat->how.http.tls);
}

}  // namespace alarum::app
