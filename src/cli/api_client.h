#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "cli/http_client.h"

namespace alarum::cli {

/// What is wrong with an answer, as a sentence with what to do about it; empty: nothing is.
std::string fault_text(const HttpClient::Answer& answer, const ClientSettings& settings);

/// Asks the API of a daemon. Whatever is wrong is said once, on `err`, as `error: …`.
class ApiClient {
 public:
  using Json = nlohmann::ordered_json;
  /// `url`: as HttpClient's. `err` outlives it.
  ApiClient(const std::string& url, std::ostream& err) : http_(url), err_(err) {}

  /// The answer's JSON; an empty body is `null`. nullopt: it was said what is wrong.
  std::optional<Json> get(const std::string& path);
  std::optional<Json> post(const std::string& path, const Json& body);
  std::optional<Json> remove(const std::string& path);  ///< DELETE
  /// A page that is text, or JSON for `accept: application/json`, as it came.
  std::optional<std::string> get_text(const std::string& path,
                                      const std::string& accept = "text/plain");
  /// The same of a POST. `body`: JSON; may be empty.
  std::optional<std::string> post_for(const std::string& path,
                                      const std::string& accept = "text/plain",
                                      const std::string& body = {});
  /// The newest good answer, as it came.
  const std::string& body() const { return body_; }
  /// Its HttpClient::Answer::next
  const std::string& next() const { return next_; }
  HttpClient& http() { return http_; }

 private:
  bool is_good(const Result<HttpClient::Answer>& answer);
  std::optional<Json> read(Result<HttpClient::Answer> answer);

  HttpClient http_;
  std::ostream& err_;
  std::string body_, next_;
  bool warned_ = false;  // a warning of the daemon was shown
};

}  // namespace alarum::cli
