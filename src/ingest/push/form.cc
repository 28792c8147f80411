#include "ingest/push/form.h"

#include <algorithm>

#include "base/percent.h"

namespace alarum::ingest {

bool is_github_form(const http::Request& request) {
  return request.media_type() == "application/x-www-form-urlencoded" &&
         request.header("x-github-event");
}

Result<std::string> payload_of_form(std::string_view body) {
  constexpr std::string_view kName = "payload=";
  while (!body.empty()) {
    const auto field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(field.size() + 1, body.size()));
    if (!field.starts_with(kName)) continue;
    const auto value = field.substr(kName.size());
    if (has_broken_escape(value))
      return fail("no_payload", "the form's field \"payload\" has a broken escape");
    return form_decode(value);
  }
  return fail("no_payload",
              "the form has no field \"payload\"; or let the web hook send application/json");
}

}  // namespace alarum::ingest
