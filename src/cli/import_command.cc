#include "cli/import_command.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "config/config.h"
#include "import/alertmanager.h"
#include "receivers/list.h"

namespace alarum::cli {
namespace {

constexpr std::size_t kMaxImported = 4 << 20;  // bytes, as of our own config

std::optional<std::string> read_whole(const std::string& path, std::ostream& err) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxImported + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    err << path << ": cannot be read: " << std::strerror(errno) << '\n';
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() <= kMaxImported) return text;
  err << path << ": is longer than the limit of 4MiB for a config file\n";
  return std::nullopt;
}

}  // namespace

int import_alertmanager_command(const std::string& file, std::ostream& out, std::ostream& err) {
  const auto text = read_whole(file, err);
  if (!text) return 1;
  Diagnostics said;
  const auto imported = import::import_alertmanager(*text, file, receivers::kinds(), said);
  err << said.text();
  if (!imported) return 1;
  out << *imported;
  out.flush();
  Diagnostics faults;
  const auto beside = std::filesystem::path(file).parent_path() / "(the imported config)";
  (void)config::parse(*imported, beside.string(), receivers::kinds(), faults);
  err << faults.text();
  return faults.ok() ? 0 : 1;
}

}  // namespace alarum::cli
