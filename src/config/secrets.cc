#include "config/secrets.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/fields.h"

namespace alarum::config {
namespace {

constexpr std::size_t kMaxSecret = 65536;  // bytes

std::optional<Secret> from_file(const Node& node, const std::string& key, Diagnostics& out) {
  const auto name = read_string(node, key, out);
  if (!name) return std::nullopt;
  if (name->find("://") != std::string::npos) {
    out.error(node.place, fmt::format("\"{}\" must be the path of a file", key));
    return std::nullopt;
  }
  const auto path = beside(node.place.file, *name);
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxSecret + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    out.error(node.place,
              fmt::format("\"{}\": cannot read {}: {}", key, path, std::strerror(errno)));
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (!text.empty() && text.size() <= kMaxSecret) return Secret(std::move(text));
  out.error(node.place, fmt::format("\"{}\": {} is {}", key, path,
                                    text.empty() ? "empty" : "longer than 64KiB"));
  return std::nullopt;
}

}  // namespace

std::string beside(const std::string& config_file, const std::string& path) {
  return (std::filesystem::path(config_file).parent_path() / path).lexically_normal().string();
}

std::optional<Secret> read_secret(const Node& mapping, const std::string& key, Diagnostics& out) {
  const auto* here = mapping.find(key);
  const auto* file = mapping.find(key + "_file");
  if (here && file)
    out.error(file->place,
              fmt::format("\"{}\" and \"{}_file\" are both there: keep one of them", key, key));
  if (!here) return file ? from_file(*file, key + "_file", out) : std::nullopt;
  if (here->is(Node::Kind::string) && !here->text.empty()) return Secret(here->text);
  out.error(here->place, fmt::format("\"{}\" must be a string that is not empty (quote it)", key));
  return std::nullopt;
}

}  // namespace alarum::config
