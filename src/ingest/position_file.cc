#include "ingest/position_file.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "journal/file.h"

namespace alarum::ingest {

PositionFile::PositionFile(const std::string& data, const std::string& source, std::string_view suffix)
    : folder_(data + "/positions"), name_(hex64(fnv1a(source)).append(suffix)), source_(source) {}

Result<std::optional<std::string>> PositionFile::read() const {
  journal::PosixFileSystem files;
  if (auto made = files.make_folder(folder_); !made) return std::unexpected(made.error());
  auto text = journal::read_file(files, folder_ + "/" + name_);
  if (text) return std::optional(std::move(*text));
  if (text.error().reason == "not_found") return std::optional<std::string>();
  return std::unexpected(text.error());
}

Result<void> PositionFile::write(std::string_view text) const {
  journal::PosixFileSystem files;
  return journal::replace_file(files, folder_, name_, text);
}

std::unexpected<Error> PositionFile::unreadable(const Error& why, std::string_view instead) const {
  return fail("bad_state", fmt::format("{}/{} does not say how far {} was read ({}): remove it to {}", folder_, name_, source_, why.message, instead));
}

}  // namespace alarum::ingest
