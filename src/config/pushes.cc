#include "config/pushes.h"

#include "config/config.h"

namespace alarum::config {

std::shared_ptr<const Pushes> default_pushes() { return std::make_shared<const Pushes>(); }

std::shared_ptr<const Pushes> read_pushes(const Node& root, Duration dedup_window, Diagnostics& out) {
  auto pushes = std::make_shared<Pushes>();
  if (const auto* node = root.find("json")) pushes->json = read_json_sources(*node, out);
  pushes->smn = read_signed_source(root, "smn", default_smn(), dedup_window, out);
  pushes->sns = read_signed_source(root, "sns", default_sns(), dedup_window, out);
  return pushes;
}

}  // namespace alarum::config
