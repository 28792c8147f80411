#include "ingest/position_file.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace alarum::ingest {

PositionFile::PositionFile(const DataFolder& data, const std::string& source,
                           std::string_view suffix)
    : files_(data.files),
      folder_(data.path + "/positions"),
      name_(hex64(fnv1a(source)).append(suffix)),
      source_(source) {}

Result<std::optional<std::string>> PositionFile::read() const {
  if (auto made = files_.make_folder(folder_); !made) return std::unexpected(made.error());
  auto text = read_file(files_, folder_ + "/" + name_);
  if (text) return std::optional(std::move(*text));
  if (text.error().reason == "not_found") return std::optional<std::string>();
  return std::unexpected(text.error());
}

Result<void> PositionFile::write(std::string_view text) const {
  return replace_file(files_, folder_, name_, text);
}

Result<std::string> PositionFile::set_aside(const Error& why, std::string_view instead) const {
  const auto path = folder_ + "/" + name_;
  if (auto done = files_.rename(path, path + ".damaged"); !done)
    return std::unexpected(done.error());
  return fmt::format(
      "{} does not say how far {} was read ({}): it was set aside as {}.damaged, and {}", path,
      source_, why.message, name_, instead);
}

}  // namespace alarum::ingest
