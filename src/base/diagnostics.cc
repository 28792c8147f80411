#include "base/diagnostics.h"

#include "base/deprecation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <tuple>

namespace alarum {
namespace {

// is_deprecation() recognises the message by this beginning.
constexpr std::string_view kDeprecated = "deprecated: ";

std::string_view name(Diagnostic::Level level) {
  return level == Diagnostic::Level::error ? "error" : "warning";
}

}  // namespace

void Diagnostics::error(const Place& place, std::string message) {
  items_.push_back({Diagnostic::Level::error, place, std::move(message)});
  ++errors_;
}

void Diagnostics::warning(const Place& place, std::string message) {
  items_.push_back({Diagnostic::Level::warning, place, std::move(message)});
}

void deprecation(Diagnostics& out, const Place& place, const std::string& message) {
  out.warning(place, std::string(kDeprecated) + message);
}

bool is_deprecation(const Diagnostic& diagnostic) {
  return diagnostic.level == Diagnostic::Level::warning &&
         diagnostic.message.starts_with(kDeprecated);
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  auto items = items_;
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  return items;
}

std::string Diagnostics::text() const {
  std::string out;
  for (const auto& item : sorted()) {
    out += item.place.file;
    if (item.place.line > 0) out += fmt::format(":{}:{}", item.place.line, item.place.column);
    out += fmt::format(": {}: {}\n", name(item.level), item.message);
  }
  return out;
}

std::string Diagnostics::json() const {
  auto out = nlohmann::ordered_json::array();
  for (const auto& item : sorted()) {
    out.push_back({{"level", name(item.level)},
                   {"file", item.place.file},
                   {"line", item.place.line},
                   {"column", item.place.column},
                   {"message", item.message}});
  }
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  // `cuont` for `count` is one slip of the fingers, not two.
  return row[b.size()] - (a.size() == b.size() &&
                                  std::is_permutation(a.begin(), a.end(), b.begin()) &&
                                  row[b.size()] == 2
                              ? 1
                              : 0);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  auto least = word.size() / 3 + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < least || (distance == least && !best)) {
      least = distance;
      best = &candidate;
    }
  }
  return best ? fmt::format(" (did you mean \"{}\"?)", *best) : "";
}

}  // namespace alarum
