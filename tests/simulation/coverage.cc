#include "tests/simulation/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include "tests/simulation/choices.h"

namespace alarum::simulation {

std::string Coverage::text() const {
  std::set<std::string> stages;
  std::map<std::string, std::map<std::string, std::uint64_t>> rows;
  for (const auto& [key, count] : counts_) {
    rows[key.first][key.second] += count;
    stages.insert(key.second);
  }
  std::string out = "fault × stage, over all lives:\n";
  for (const auto& [fault, row] : rows) {
    out += fmt::format("  {:<28}", fault);
    for (const auto& [stage, count] : row) out += fmt::format(" {} {}", stage, count);
    out += '\n';
  }
  std::string never;
  for (const auto fault : all_faults()) {
    if (!rows.contains(std::string(fault)))
      never += fmt::format("{}{}", never.empty() ? "" : ", ", fault);
  }
  return out + "never happened: " + (never.empty() ? "none" : never) + '\n';
}

std::string Coverage::lines() const {
  std::string out;
  for (const auto& [key, count] : counts_)
    out += fmt::format("{}\t{}\t{}\n", key.first, key.second, count);
  return out;
}

void Coverage::add_line(const std::string& line) {
  std::istringstream in(line);
  std::string fault, stage, count;
  if (std::getline(in, fault, '\t') && std::getline(in, stage, '\t') &&
      std::getline(in, count, '\t'))
    counts_[{fault, stage}] += std::stoull(count);
}

}  // namespace alarum::simulation
