#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace alarum::cli {

/// Where the daemon is, and how a command proves who asks. For each: the flag, else the
/// environment, else the person's file `~/.config/alarum/config.yaml`
/// (`$XDG_CONFIG_HOME/alarum/config.yaml`), else the default.
struct ClientSettings {
  std::string url;         ///< with a scheme, without a slash at its end
  std::string url_from;    ///< which of them said it: `--url`, `ALARUM_URL`, a path, `the default`
  std::string token;       ///< empty: none
  std::string token_from;  ///< `ALARUM_TOKEN`, `ALARUM_TOKEN_FILE (PATH)`, a path
  std::string ca_file;     ///< empty: the system's authorities

  bool on_loopback() const;
};

/// What the settings are made of.
struct ClientWorld {
  std::function<std::optional<std::string>(const std::string& name)> environment;
  /// Error: why it cannot be read; `not_found`: it is not there.
  std::function<Result<std::string>(const std::string& path)> read;
};
/// The environment and the files of this process.
ClientWorld client_world();

/// `url`: of the flag; empty: it was not given. Tokens are no flags: the command lines of others
/// can be seen by all. Errors: a token file that cannot be read, a URL that is none, and every
/// fault of the person's file with its place.
Result<ClientSettings> client_settings(const std::string& url, const ClientWorld& world);

/// Whether a command that reads a data folder as well as a daemon is to ask a daemon: `--url` was
/// given, or no folder was named and a daemon is, by ALARUM_URL or the person's file.
bool asks_daemon(const std::string& url, bool names_folder, const ClientWorld& world);

}  // namespace alarum::cli
