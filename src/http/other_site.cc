#include "http/other_site.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace alarum::http {
namespace {

// The types that a page of any site may send without a preflight (CORS-safelisted).
bool is_sent_unasked(const std::string& type) {
  constexpr std::array<std::string_view, 4> kSafelisted{
      "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"};
  return std::ranges::find(kSafelisted, type) != kSafelisted.end();
}

bool is_our_origin(const Request& request, std::string_view origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos) return origin != "null";
  return lowered(origin.substr(scheme + 3)) == lowered(request.header("host").value_or(""));
}

}  // namespace

bool is_of_another_site(const Request& request) {
  if (!is_sent_unasked(request.media_type())) return false;
  if (const auto site = request.header("sec-fetch-site"))
    return *site != "same-origin" && *site != "none";
  const auto origin = request.header("origin");
  return origin && !is_our_origin(request, *origin);
}

bool is_of_our_page(const Request& request) {
  const bool may_have_body = request.method != "DELETE";
  if (may_have_body && request.media_type() != "application/json") return false;
  if (const auto site = request.header("sec-fetch-site")) return *site == "same-origin";
  const auto origin = request.header("origin").value_or("");
  return origin.find("://") != std::string_view::npos && is_our_origin(request, origin);
}

}  // namespace alarum::http
