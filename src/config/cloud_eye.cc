#include "config/cloud_eye.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/field_reader.h"

namespace alarum::config {

CloudEye read_cloud_eye(const Node& node, Duration dedup_window, Diagnostics& out) {
  using namespace std::chrono_literals;
  CloudEye eye;
  FieldReader entry(node, "source", out);
  Secret url;
  entry.url("cloud_eye", url);
  eye.url = url.reveal();
  if (eye.url.find_first_of("?#") != std::string::npos)
    entry.fault(*node.find("cloud_eye"),
                "\"cloud_eye\" is the URL of an endpoint, such as "
                "https://ces.cn-north-4.myhuaweicloud.com, without a query");
  while (eye.url.ends_with('/')) eye.url.pop_back();
  entry.required_text("project_id", eye.project);
  const auto word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  if (!std::ranges::all_of(eye.project, word) || eye.project.size() > 64)
    entry.fault(*node.find("project_id"),
                "\"project_id\" must be 1 to 64 letters, digits, - and _");
  entry.required_secret("access_key", eye.access_key);
  entry.required_secret("secret_key", eye.secret_key);
  entry.duration("every", eye.every, 1s, 1h);
  entry.duration("overlap", eye.overlap, 1min, 24h);
  entry.duration("backfill", eye.backfill, 0s, 24h * 30);
  if (eye.overlap > dedup_window) {
    const auto* at = node.find("overlap");
    entry.fault(at ? *at : node, fmt::format("\"overlap\" must not be more than \"dedup.window\": "
                                             "what a restart reads again would count twice"));
  }
  read_http(entry, eye.http);
  return eye;
}

}  // namespace alarum::config
