#include "config/push_ingest.h"

#include "config/config.h"

namespace alarum::config {

std::shared_ptr<const PushIngest> default_pushes() {
  return std::make_shared<const PushIngest>();
}

std::shared_ptr<const PushIngest> read_push_ingest(const Node& root, Duration dedup_window,
                                                   Diagnostics& out) {
  auto pushes = std::make_shared<PushIngest>();
  if (const auto* node = root.find("json")) pushes->json = read_json_sources(*node, out);
  pushes->smn = read_signed_source(root, "smn", default_smn(), dedup_window, out);
  pushes->sns = read_signed_source(root, "sns", default_sns(), dedup_window, out);
  return pushes;
}

}  // namespace alarum::config
