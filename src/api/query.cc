#include "api/query.h"

#include <algorithm>
#include <charconv>

#include "base/percent.h"

namespace alarum::api {
Query::Query(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto item = text.substr(0, end);
    const auto equals = item.find('=');
    if (!item.empty())
      items_.emplace_back(
          form_decode(item.substr(0, equals)),
          equals == std::string_view::npos ? "" : form_decode(item.substr(equals + 1)));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

Result<void> Query::only(std::initializer_list<std::string_view> names) const {
  for (const auto& [key, value] : items_) {
    if (std::ranges::find(names, std::string_view(key)) != names.end()) continue;
    std::string known;
    for (const auto name : names) known += (known.empty() ? "" : ", ") + std::string(name);
    return fail("bad_parameter", "there is no parameter \"" + key + "\", only " + known);
  }
  return {};
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : items_) {
    if (key == name) out.push_back(value);
  }
  return out;
}

std::string Query::text(std::string_view name, std::string otherwise) const {
  const auto found = std::ranges::find(
      items_, name, [](const auto& item) { return std::string_view(item.first); });
  return found == items_.end() ? std::move(otherwise) : found->second;
}

Result<bool> Query::flag(std::string_view name, bool otherwise) const {
  const auto said = text(name);
  if (said.empty()) return otherwise;
  if (said == "true" || said == "1") return true;
  if (said == "false" || said == "0") return false;
  return fail("bad_parameter", "parameter \"" + std::string(name) +
                                   "\" must be true or false, not \"" + said + "\"");
}

Result<std::size_t> Query::count(std::string_view name, std::size_t otherwise,
                                 std::size_t most) const {
  const auto said = text(name);
  if (said.empty()) return otherwise;
  std::size_t value = 0;
  const auto [stop, fault] = std::from_chars(said.data(), said.data() + said.size(), value);
  if (fault == std::errc() && stop == said.data() + said.size() && value >= 1 && value <= most)
    return value;
  return fail("bad_parameter", "parameter \"" + std::string(name) +
                                   "\" must be a number from 1 to " + std::to_string(most) +
                                   ", not \"" + said + "\"");
}

Result<std::optional<std::uint64_t>> Query::offset(std::string_view name) const {
  const auto said = text(name);
  if (said.empty()) return std::nullopt;
  if (const auto value = parse_offset(said)) return value;
  return fail("bad_parameter", "parameter \"" + std::string(name) +
                                   "\" must be an offset, as 0 or 1200, not \"" + said + "\"");
}

Result<Time> Query::moment(std::string_view name, const std::string& otherwise, Time now) const {
  const auto said = text(name, otherwise);
  if (const auto age = parse_duration(said)) return now - *age;
  if (const auto time = parse_rfc3339(said)) return *time;
  return fail("bad_parameter", "parameter \"" + std::string(name) +
                                   "\" must be a time or an age as in 7d, not \"" + said + "\"");
}

Result<std::optional<std::size_t>> Query::limit(std::size_t most) const {
  if (text("limit").empty()) return std::nullopt;
  auto said = count("limit", most, most);
  if (!said) return std::unexpected(said.error());
  return *said;
}

Result<model::Matchers> Query::matchers(std::string_view name) const {
  model::Matchers out;
  for (const auto& one : all(name)) {
    auto matcher = model::parse_matcher(one);
    if (!matcher)
      return fail("bad_matcher", "bad matcher \"" + one + "\": " + matcher.error().message);
    out.push_back(std::move(*matcher));
  }
  return out;
}

std::optional<std::uint64_t> parse_offset(std::string_view text) {
  std::uint64_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && stop == text.data() + text.size() ? std::optional(value)
                                                                   : std::nullopt;
}

}  // namespace alarum::api
