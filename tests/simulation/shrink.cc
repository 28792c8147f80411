#include "tests/simulation/shrink.h"

#include <algorithm>
#include <sstream>

namespace alarum::simulation {

std::string to_text(const std::set<std::size_t>& numbers) {
  std::string out;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const auto first = *at;
    auto last = first;
    for (++at; at != numbers.end() && *at == last + 1; ++at) last = *at;
    out += (out.empty() ? "" : ",") + std::to_string(first) +
           (last > first ? '-' + std::to_string(last) : "");
  }
  return out;
}

std::set<std::size_t> parse_numbers(const std::string& text) {
  std::set<std::size_t> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const auto dash = part.find('-');
    const auto first = std::stoul(part),
               last = dash == part.npos ? first : std::stoul(part.substr(dash + 1));
    for (auto number = first; number <= last; ++number) out.insert(number);
  }
  return out;
}

Choices without(Choices choices, const std::set<std::size_t>& acts) {
  std::erase_if(choices.acts, [&](const Act& act) { return acts.contains(act.number); });
  return choices;
}

std::string kind_of(const std::string& violation) {
  auto line = violation.substr(0, violation.find('\n'));
  // And hashes
  std::erase_if(line, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return line.substr(0, 60);
}

// Halves, quarters, … down to single acts, until nothing more can go.
std::set<std::size_t> shrink(const Choices& choices, std::set<std::size_t> out,
                             const std::function<std::string(const Choices&)>& fails) {
  const auto wanted = kind_of(fails(without(choices, out)));
  for (bool smaller = true; smaller;) {
    smaller = false;
    std::vector<std::size_t> left;
    for (const auto& act : choices.acts) {
      if (!out.contains(act.number)) left.push_back(act.number);
    }
    for (auto piece = std::max<std::size_t>(1, left.size() / 2);; piece = piece / 2) {
      for (std::size_t from = 0; from < left.size();) {
        auto tried = out;
        const auto end = std::min(left.size(), from + piece);
        tried.insert(left.begin() + static_cast<std::ptrdiff_t>(from),
                     left.begin() + static_cast<std::ptrdiff_t>(end));
        if (kind_of(fails(without(choices, tried))) != wanted) {
          from = end;
          continue;
        }
        out = std::move(tried);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(from),
                   left.begin() + static_cast<std::ptrdiff_t>(end));
        smaller = true;
      }
      if (piece <= 1) break;
    }
    if (left.size() <= 1) break;
  }
  return out;
}

}  // namespace alarum::simulation
