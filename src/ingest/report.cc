#include "ingest/report.h"

#include <nlohmann/json.hpp>

namespace alarum::ingest {

void Report::reject(std::uint64_t index, const Error& error) {
  ++rejected_count;
  if (rejected.size() < kListed) rejected.push_back({index, error});
}

std::string Report::json(const Error* error) const {
  nlohmann::ordered_json out;
  if (error) {
    out["error"] = error->reason;
    out["message"] = error->message;
  }
  out["accepted"] = accepted;
  out["duplicate"] = duplicate;
  if (rejected_count > 0) {
    out["rejected"] = nlohmann::ordered_json::array();
    for (const auto& [index, why] : rejected)
      out["rejected"].push_back({{"index", index}, {"reason", why.reason}, {"message", why.message}});
    out["rejected_count"] = rejected_count;
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace alarum::ingest
