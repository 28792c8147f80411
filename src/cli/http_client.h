#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/client_settings.h"

namespace alarum::cli {

/// One request at a time to a running daemon, over one connection that stays open (libcurl).
class HttpClient {
 public:
  struct Answer {
    long status = 0;
    std::string body;
    std::string content_type;
    long retry_after = 0;  ///< seconds; 0 where the server did not say
    /// The query of the next page (`Link: <?…>; rel="next"`); empty: there is none
    std::string next;
    /// What the bridge warns of (`Warning: 299 - "…"`), as an old name that it still takes
    std::string warning;
  };

  /// `url`: what `--url` says; empty where it was not given. What is wrong with the settings is the
  /// error of the first request.
  explicit HttpClient(const std::string& url);
  ~HttpClient();

  /// Errors: those of client_settings(); `no_connection`, with the address, what is wrong and what
  /// to set.
  /// `accept`: of the answer; empty: what the path gives.
  Result<Answer> get(const std::string& path, const std::string& accept = {});
  Result<Answer> remove(const std::string& path);  ///< DELETE
  Result<Answer> post(const std::string& path, const std::string& content_type,
                      const std::string& body, const std::string& accept = {});
  /// A body that comes piece by piece, for as long as it comes. `piece` gives false to end it.
  Result<Answer> stream(const std::string& path,
                        const std::function<bool(std::string_view)>& piece);

  /// Not to be called when the settings have faults.
  const ClientSettings& settings() const { return *settings_; }

 private:
  void set_headers(const std::vector<std::string>& headers);
  Result<Answer> perform(const std::string& path);
  struct Handle;
  const Result<ClientSettings> settings_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace alarum::cli
