#include "base/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace alarum {
namespace {

using Kind = Node::Kind;

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array<SizeUnit, 4> kSizeUnits{{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}}};

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  return fault == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

// `4M`: decimal, since it counts things and not bytes.
std::optional<std::uint64_t> count_of(std::string_view text) {
  const std::uint64_t unit = text.ends_with('M') ? 1000000 : text.ends_with('k') ? 1000 : 1;
  const auto count = whole(unit == 1 ? text : text.substr(0, text.size() - 1));
  if (!count || *count > UINT64_MAX / unit) return std::nullopt;
  return *count * unit;
}

std::optional<std::uint64_t> size_of(std::string_view text) {
  for (const auto& unit : kSizeUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto count = whole(text.substr(0, text.size() - unit.name.size()));
    if (!count || *count > (UINT64_MAX >> unit.shift)) return std::nullopt;
    return *count << unit.shift;
  }
  return whole(text);
}

void must_be(const Node& node, std::string_view name, std::string_view what, Diagnostics& out) {
  out.error(node.place, fmt::format("\"{}\" must be {}, not {}", name, what, describe(node)));
}

}  // namespace

void check_keys(const Node& mapping, const KeySet& keys, std::string_view where, Diagnostics& out) {
  auto all = keys.known;
  std::copy(keys.unavailable.begin(), keys.unavailable.end(), std::back_inserter(all));
  for (const auto& [key, value] : mapping.members) {
    if (has(keys.known, key.text)) continue;
    if (has(keys.unavailable, key.text)) {
      out.error(key.place, fmt::format("\"{}\" {} ({})", key.text, keys.because, where));
    } else {
      out.error(key.place, fmt::format("unknown key \"{}\" in {}{}", key.text, where,
                                       did_you_mean(key.text, all)));
    }
  }
}

bool expect_kind(const Node& node, Kind kind, std::string_view name, std::string_view what,
                 Diagnostics& out) {
  if (node.is(kind)) return true;
  must_be(node, name, what, out);
  return false;
}

std::optional<std::string> read_string(const Node& node, std::string_view name, Diagnostics& out) {
  if (node.is(Kind::string)) return node.text;
  if (node.is(Kind::number) || node.is(Kind::boolean)) {
    must_be(node, name, fmt::format("a string (quote it: \"{}\")", node.text), out);
  } else {
    must_be(node, name, "a string", out);
  }
  return std::nullopt;
}

std::optional<bool> read_bool(const Node& node, std::string_view name, Diagnostics& out) {
  if (node.is(Kind::boolean)) return node.text == "true";
  must_be(node, name, "true or false", out);
  return std::nullopt;
}

std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& out) {
  if (is_ambiguous_number(node)) {
    out.error(node.place, fmt::format("\"{}\": YAML reads {} as a number: quote it: \"{}\"", name,
                                      node.text, node.text));
    return std::nullopt;
  }
  if (node.is(Kind::string) || node.is(Kind::number) || node.is(Kind::boolean)) return node.text;
  must_be(node, name, "a string", out);
  return std::nullopt;
}

std::optional<Duration> read_duration(const Node& node, std::string_view name, Duration least,
                                      Duration most, Diagnostics& out) {
  const auto value =
      node.is(Kind::string) || node.is(Kind::number) ? parse_duration(node.text) : fail("", "");
  if (value && *value >= least && *value <= most) return *value;
  if (value) {
    must_be(node, name,
            fmt::format("a duration from {} to {}", format_duration(least), format_duration(most)),
            out);
  } else {
    must_be(node, name, "a duration such as 30s, 10m or 24h", out);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> read_count(const Node& node, std::string_view name,
                                        std::uint64_t least, std::uint64_t most, Diagnostics& out) {
  const auto value =
      (node.is(Kind::number) || node.is(Kind::string)) && !node.quoted && !is_ambiguous_number(node)
          ? count_of(node.text)
          : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  must_be(node, name, fmt::format("a whole number from {} to {}", least, most), out);
  return std::nullopt;
}

std::optional<std::uint64_t> read_size(const Node& node, std::string_view name, std::uint64_t least,
                                       std::uint64_t most, Diagnostics& out) {
  const auto value =
      node.is(Kind::number) || node.is(Kind::string) ? size_of(node.text) : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  if (value) {
    must_be(node, name, fmt::format("a size from {} to {}", format_size(least), format_size(most)),
            out);
  } else {
    must_be(node, name, "a size in bytes such as 65536, 64KiB, 64MiB or 10GiB", out);
  }
  return std::nullopt;
}

std::vector<const Node*> read_strings(const Node& node, std::string_view name, Diagnostics& out) {
  std::vector<const Node*> strings;
  const auto take = [&](const Node& item) {
    if (read_string(item, name, out)) strings.push_back(&item);
  };
  if (!node.is(Kind::sequence)) {
    take(node);
  } else {
    for (const auto& item : node.items) take(item);
  }
  return strings;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& unit : kSizeUnits) {
    if (bytes >> unit.shift != 0 && (bytes & ((1ULL << unit.shift) - 1)) == 0)
      return fmt::format("{}{}", bytes >> unit.shift, unit.name);
  }
  return fmt::format("{}B", bytes);
}

}  // namespace alarum
