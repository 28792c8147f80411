#include "deliver/answer.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/http_date.h"
#include "deliver/excerpt.h"

namespace alarum::deliver {

std::chrono::seconds retry_after_of(std::string_view value, std::string_view date, Time now) {
  const auto text = trimmed(value, " \t\r\n");
  if (text.empty()) return std::chrono::seconds(0);
  if (std::ranges::all_of(text, is_digit)) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return read.ec == std::errc()
               ? std::min(std::chrono::seconds(seconds), receivers::kMostRetryAfter)
               : receivers::kMostRetryAfter;
  }
  const auto until = http_date(text);
  if (!until) return std::chrono::seconds(0);
  const auto from = http_date(trimmed(date, " \t\r\n")).value_or(now);
  return std::clamp(std::chrono::floor<std::chrono::seconds>(*until - from),
                    std::chrono::seconds(0), receivers::kMostRetryAfter);
}

std::string to_text(NoAnswer why) {
  switch (why) {
    case NoAnswer::refused:
      return "Couldn't connect to server";
    case NoAnswer::timed_out:
      return "Timeout was reached";
    case NoAnswer::silent:
      return "no answer began in time";
    case NoAnswer::nothing:
      return "Server returned nothing (no headers, no data)";
    case NoAnswer::cut:
      return "Transferred a partial file";
    case NoAnswer::endless_head:
      return "an answer whose head does not end";
  }
  return {};
}

Verdict verdict_of_failure(const std::string& what, std::string_view url, Cause cause) {
  return verdict_of_failure(fmt::format("{} ({})", what, place_of(url)), cause);
}

Cause cause_of(int curl_code) {
  switch (curl_code) {
    case CURLE_COULDNT_CONNECT:
      return Cause::connect;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Cause::dns;
    case CURLE_OPERATION_TIMEDOUT:
      return Cause::timeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_USE_SSL_FAILED:
      return Cause::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return Cause::connection_lost;
    default:
      return Cause::other;
  }
}

Verdict with_answer(Verdict verdict, std::string_view body, const config::Integration& how) {
  if (verdict.kind != Verdict::Kind::delivered || verdict.partly)
    verdict.answer = excerpt_of(body, how);
  return verdict;
}

}  // namespace alarum::deliver
