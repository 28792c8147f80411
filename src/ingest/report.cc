#include "ingest/report.h"

#include "base/json.h"

namespace alarum::ingest {

void Report::reject(std::uint64_t index, const Error& error) {
  ++rejected_count;
  if (rejected.size() < kListed) rejected.push_back({index, error});
}

std::string Report::json(const Error* error) const {
  std::string out = "{";
  if (error)
    out += R"("error":)" + json_quote(error->reason) + R"(,"message":)" +
           json_quote(error->message) + ',';
  out +=
      R"("accepted":)" + std::to_string(accepted) + R"(,"duplicate":)" + std::to_string(duplicate);
  if (rejected_count > 0) {
    out += R"(,"rejected":[)";
    for (const auto& [index, why] : rejected) {
      if (out.back() == '}') out += ',';
      out += R"({"index":)" + std::to_string(index) + R"(,"reason":)" + json_quote(why.reason) +
             R"(,"message":)" + json_quote(why.message) + '}';
    }
    out += R"(],"rejected_count":)" + std::to_string(rejected_count);
  }
  return out + '}';
}

}  // namespace alarum::ingest
