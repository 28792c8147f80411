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

  // Certificate and key that the daemon shows to others.
  void ours(const std::string& what, const config::ListenTls& files) {
    if (are_there(what, files.places,
                  {{"cert_file", files.cert_file},
                   {"key_file", files.key_file},
                   {"client_ca_file", files.client_ca_file}}))
      note(place_of(files.places, "cert_file"), what, http::Tls::load(files));
  }
  // Authorities that it trusts, and the client certificate that it shows to servers.
  void theirs(const std::string& what, const config::Tls& files) {
    if (!are_there(what, files.places,
                   {{"ca_file", files.ca_file},
                    {"cert_file", files.cert_file},
                    {"key_file", files.key_file}}))
      return;
    if (!files.ca_file.empty())
      note(place_of(files.places, "ca_file"), what + ": ca_file",
           http::Tls::check_authorities(files.ca_file));
    if (!files.cert_file.empty())
      note(place_of(files.places, "cert_file"), what,
           http::Tls::load({files.cert_file, files.key_file, {}, false, {}}));
  }

 private:
  Place place_of(const config::FilePlaces& places, const char* key) const {
    const auto found = places.by_key.find(key);
    return found == places.by_key.end() ? Place{path_, 0, 0} : found->second;
  }
  void note(const Place& place, const std::string& what, const auto& loaded) {
    if (!loaded) out_.error(place, fmt::format("{}: {}", what, loaded.error().message));
  }
  // A line for each that cannot be opened; who mends one must not find the next one then.
  bool are_there(const std::string& what, const config::FilePlaces& places,
                 const std::vector<std::pair<const char*, std::string>>& files) {
    bool all = true;
    for (const auto& [key, path] : files) {
      if (path.empty() || ::access(path.c_str(), R_OK) == 0) continue;
      const int error = errno;
      out_.error(place_of(places, key),
                 fmt::format("{}: {}: {}: {}", what, key, path, std::strerror(error)));
      all = false;
    }
    return all;
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
