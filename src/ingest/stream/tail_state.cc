#include "ingest/stream/tail_state.h"

#include <nlohmann/json.hpp>

namespace alarum::ingest {

std::string tail_state_json(const std::vector<TailPlace>& places) {
  auto files = nlohmann::ordered_json::array();
  for (const auto& p : places) {
    files.push_back({{"path", p.path},
                     {"device", p.device},
                     {"inode", p.inode},
                     {"incarnation", p.incarnation},
                     {"offset", p.offset},
                     {"head", p.head},
                     {"mark", p.mark},
                     {"passing_over", p.passing_over}});
  }
  return nlohmann::ordered_json{{"version", 1}, {"files", files}}.dump(
             1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<std::vector<TailPlace>> read_tail_state(std::string_view json) {
  std::vector<TailPlace> out;
  try {
    const auto root = nlohmann::json::parse(json);
    if (root.at("version") != 1) return fail("bad_state", "positions of another version");
    for (const auto& file : root.at("files")) {
      out.push_back({file.at("path"), file.at("device"), file.at("inode"), file.at("incarnation"),
                     file.at("offset"), file.at("head"), file.at("mark"), file.at("passing_over")});
    }
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", fault.what());
  }
  return out;
}

}  // namespace alarum::ingest
