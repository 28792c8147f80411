#include "app/key_files.h"

#include <fmt/format.h>

#include "config/pushes.h"
#include "config/sources.h"
#include "http/tls.h"

namespace alarum::app {

void check_key_files(const config::Config& config, const std::string& path, Diagnostics& out) {
  const auto check = [&](const std::string& what, const auto& loaded) {
    if (!loaded) out.error({path, 0, 0}, fmt::format("{}: {}", what, loaded.error().message));
  };
  if (config.tls) check("tls", http::Tls::load(*config.tls));
  for (const auto& source : *config.sources) {
    if (source.tls) check("source " + source.name, http::Tls::load(*source.tls));
  }
  for (const auto& [name, source] : {std::pair("smn", &config.pushes->smn), std::pair("sns", &config.pushes->sns)}) {
    if (const auto& file = source->how->tls.ca_file; !file.empty()) check(fmt::format("{}: ca_file", name), http::Tls::check_authorities(file));
  }
}

}  // namespace alarum::app
