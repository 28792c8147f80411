#include "cli/api_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/printable.h"

namespace alarum::cli {
namespace {

constexpr std::size_t kMostSaid = 300;  // bytes of what is none of our answers

// Ours are objects with a `message`, Alertmanager's strings.
std::string message_of(const std::string& body) {
  const auto json = nlohmann::ordered_json::parse(body, nullptr, false);
  if (json.is_string()) return json.get<std::string>();
  return json.is_object() ? json.value("message", "") : "";
}

std::string credential_text(const ClientSettings& settings) {
  if (settings.token.empty())
    return fmt::format(
        "{} asks for a credential: set ALARUM_TOKEN to a token of the config's auth.admin, or "
        "ALARUM_TOKEN_FILE to a file with one",
        settings.url);
  return fmt::format("{} does not take the token of {}: is it one of the config's auth.admin?",
                     settings.url, settings.token_from);
}

}  // namespace

std::string fault_text(const HttpClient::Answer& answer, const ClientSettings& settings) {
  if (answer.status >= 200 && answer.status < 300) return {};
  if (answer.status == 401) return credential_text(settings);
  const auto message = message_of(answer.body);
  if (message.empty()) {
    const auto first = answer.body.substr(0, std::min(answer.body.find('\n'), kMostSaid));
    return fmt::format("{} answered {}, and not as Alarum does{}: {} says where it is",
                       settings.url, answer.status,
                       first.empty() ? "" : " (" + printable_line(first) + ")", settings.url_from);
  }
  switch (answer.status) {
    case 421:
      return fmt::format("{}: {}; use one of the daemon's own names, or set its external_url",
                         settings.url, message);
    case 429:
    case 503:
      return fmt::format("the daemon cannot do it now: {}; try again{}", message,
                         answer.retry_after > 0 ? fmt::format(" in {} s", answer.retry_after) : "");
    default:
      return fmt::format("the daemon refused it ({}): {}", answer.status, message);
  }
}

std::optional<ApiClient::Json> ApiClient::read(Result<HttpClient::Answer> answer) {
  auto fault = answer ? fault_text(*answer, http_.settings()) : answer.error().message;
  if (fault.empty()) {
    if (!answer->warning.empty() && !std::exchange(warned_, true))
      err_ << "warning: " << answer->warning << "\n";
    body_ = std::move(answer->body);
    next_ = std::move(answer->next);
    if (body_.empty()) return Json();
    auto json = Json::parse(body_, nullptr, false);
    if (!json.is_discarded()) return json;
    fault = fmt::format("{} did not answer with JSON: {} says where it is", http_.settings().url,
                        http_.settings().url_from);
  }
  err_ << "error: " << fault << "\n";
  return std::nullopt;
}

bool ApiClient::is_good(const Result<HttpClient::Answer>& answer) {
  const auto fault = answer ? fault_text(*answer, http_.settings()) : answer.error().message;
  if (!fault.empty()) err_ << "error: " << fault << "\n";
  return fault.empty();
}

std::optional<std::string> ApiClient::get_text(const std::string& path, const std::string& accept) {
  auto answer = http_.get(path, accept);
  return is_good(answer) ? std::optional(std::move(answer->body)) : std::nullopt;
}

std::optional<std::string> ApiClient::post_for(const std::string& path, const std::string& accept,
                                               const std::string& body) {
  auto answer = http_.post(path, "application/json", body, accept);
  return is_good(answer) ? std::optional(std::move(answer->body)) : std::nullopt;
}

std::optional<ApiClient::Json> ApiClient::get(const std::string& path) {
  return read(http_.get(path));
}

std::optional<ApiClient::Json> ApiClient::post(const std::string& path, const Json& body) {
  return read(http_.post(path, "application/json",
                         body.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

std::optional<ApiClient::Json> ApiClient::remove(const std::string& path) {
  return read(http_.remove(path));
}

}  // namespace alarum::cli
