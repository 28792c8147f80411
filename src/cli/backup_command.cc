#include "cli/backup_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "alert/sqlite.h"
#include "cli/data_folder.h"
#include "cli/status_text.h"

namespace alarum::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 5;  // retention or compression may take a file away while it is copied

Error system_error(const std::string& path, int code) {
  return {code == ENOENT ? "not_found" : "io_error", path + ": " + std::strerror(code)};
}

// A descriptor that is closed.
struct Descriptor {
  explicit Descriptor(int of) : number(of) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  const int number;
};

// Page by page, from the end to the beginning: of a file that another process appends to, what is
// in the copy has everything before it in the copy, too.
Result<void> copy_backwards(const std::string& from, const std::string& to) {
  const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.number < 0) return std::unexpected(system_error(from, errno));
  struct stat about {};
  if (::fstat(in.number, &about) != 0) return std::unexpected(system_error(from, errno));
  const Descriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (out.number < 0) return std::unexpected(system_error(to, errno));
  if (::ftruncate(out.number, about.st_size) != 0) return std::unexpected(system_error(to, errno));
  constexpr off_t kPage = 4096;
  std::array<char, kPage> page{}, zeros{};
  for (auto at = (about.st_size - 1) / kPage * kPage; at >= 0 && about.st_size > 0; at -= kPage) {
    const auto size = ::pread(in.number, page.data(), page.size(), at);
    if (size < 0) return std::unexpected(system_error(from, errno));
    const auto bytes = static_cast<std::size_t>(size);
    if (std::memcmp(page.data(), zeros.data(), bytes) == 0) continue;  // a hole is as good
    if (::pwrite(out.number, page.data(), bytes, at) != size)
      return std::unexpected(system_error(to, errno == 0 ? EIO : errno));
  }
  if (::fsync(out.number) != 0) return std::unexpected(system_error(to, errno));
  return {};
}

// The regular files below `folder`, as paths relative to it, sorted.
Result<std::vector<std::string>> files_below(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code fault;
  for (fs::recursive_directory_iterator at(folder, fault), end; !fault && at != end;
       at.increment(fault))
    if (at->is_regular_file(fault)) out.push_back(at->path().lexically_relative(folder).string());
  if (fault) return fail("io_error", folder + ": " + fault.message());
  std::ranges::sort(out);
  return out;
}

enum class Part { checkpoint, book, other, segment, generation, left_out };

Part part_of(const std::string& path) {
  if (path.starts_with("checkpoints/")) return Part::checkpoint;
  if (path.starts_with("segments/")) return Part::segment;
  if (path.starts_with("generations/")) return Part::generation;
  if (path == "book.sqlite") return Part::book;
  return path == "lock" || path.starts_with("book.sqlite-") ? Part::left_out : Part::other;
}

Result<void> copy_part(const std::string& from, const std::string& to, Part part) {
  auto files = files_below(from);
  if (!files) return std::unexpected(files.error());
  std::ranges::reverse(*files);  // the newest segment first
  for (const auto& file : *files) {
    if (part_of(file) != part) continue;
    std::error_code fault;
    fs::create_directories(fs::path(to + '/' + file).parent_path(), fault);
    auto copied = copy_backwards(from + '/' + file, to + '/' + file);
    // What is gone was replaced: of checkpoints by newer ones
    if (!copied && copied.error().reason == "not_found" && part != Part::segment) continue;
    if (!copied) return copied;
  }
  return {};
}

Result<void> copy_book(const std::string& from, const std::string& to) {
  std::error_code fault;
  if (!fs::exists(from, fault)) return {};
  auto book = alert::Database::open_read_only(from);
  if (!book) return std::unexpected(book.error());
  return book->run("VACUUM INTO ?", {std::string_view(to)});
}

Result<void> copy_all(const std::string& from, const std::string& to) {
  for (const auto part :
       {Part::checkpoint, Part::book, Part::other, Part::segment, Part::generation}) {
    auto done = part == Part::book ? copy_book(from + "/book.sqlite", to + "/book.sqlite")
                                   : copy_part(from, to, part);
    if (!done) return done;
  }
  return {};
}

// An empty folder, made where it is not there.
Result<void> make_empty(const std::string& folder) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) return fail("io_error", folder + ": " + fault.message());
  if (!fs::is_empty(folder, fault) || fault)
    return fail("not_empty", folder + " is not empty: name an empty folder, or a new one");
  ::chmod(folder.c_str(), 0700);
  return {};
}

void clear(const std::string& folder) {
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fault)) fs::remove_all(entry, fault);
}

struct Copied {
  model::Offset end = 0;  ///< after the last record
  std::uint64_t bytes = 0;
};

// That a start would find what it needs: a checkpoint and every record behind it, without damage.
Result<Copied> checked(const std::string& folder) {
  DataFolder copy(folder);
  const auto first = tools::first_offset(*copy.journal);
  if (!first) return std::unexpected(first.error());
  std::vector<std::string> damaged;
  const auto newest =
      copy.journal->load_checkpoint(std::numeric_limits<model::Offset>::max(), damaged);
  if (*first > 0 && (!newest || newest->offset < *first))
    return fail("not_found", "retention deleted records while they were copied");
  const auto read = tools::read_past(*copy.journal, newest ? newest->offset : *first,
                                     [](const model::Record&) -> Result<bool> { return true; });
  if (!read) return std::unexpected(read.error());
  if (!read->damage.empty()) return fail("damaged", read->damage.front());
  Copied out{read->end, 0};
  const auto files = files_below(folder);
  std::error_code fault;
  for (const auto& file : files ? *files : std::vector<std::string>())
    out.bytes += fs::file_size(folder + '/' + file, fault);
  return out;
}

int say(const Copied& copied, const std::string& from, const std::string& to,
        const BackupOptions& options, std::ostream& out) {
  if (options.json)
    out << nlohmann::ordered_json{{"from", from},
                                  {"to", to},
                                  {"end_offset", copied.end},
                                  {"bytes", copied.bytes}}
               .dump()
        << "\n";
  else
    out << fmt::format("{} copied to {}: every record below offset {}, {}\n", from, to, copied.end,
                       size_text(static_cast<double>(copied.bytes)));
  return 0;
}

std::string path_of_data(const BackupOptions& options, std::ostream& err) {
  Diagnostics faults;
  const auto folder = open_data(options.data, options.config, faults);
  err << faults.text();
  return folder ? folder->path : "";
}

}  // namespace

int backup_command(const BackupOptions& options, std::ostream& out, std::ostream& err) {
  const auto from = path_of_data(options, err);
  if (from.empty()) return 1;
  std::error_code fault;
  if (!fs::exists(from + "/segments", fault))
    return refuse({"not_found", from + " is no data folder: --data or --config names it"}, err);
  if (auto made = make_empty(options.folder); !made) return refuse(made.error(), err);
  Error last;
  for (int i = 0; i < kTries; ++i) {
    clear(options.folder);
    auto done = copy_all(from, options.folder);
    const auto copied = done ? checked(options.folder) : std::unexpected(done.error());
    if (copied) return say(*copied, from, options.folder, options, out);
    last = copied.error();
    if (last.reason != "not_found" && last.reason != "damaged") break;
  }
  clear(options.folder);
  return refuse(last, err);
}

int restore_command(const BackupOptions& options, std::ostream& out, std::ostream& err) {
  const auto to = path_of_data(options, err);
  if (to.empty()) return 1;
  std::error_code fault;
  if (!fs::exists(options.folder + "/segments", fault))
    return refuse({"not_found", options.folder + " is no backup: it has no folder segments"}, err);
  if (auto made = make_empty(to); !made) return refuse(made.error(), err);
  const auto files = files_below(options.folder);
  if (!files) return refuse(files.error(), err);
  for (const auto& file : *files) {
    fs::create_directories(fs::path(to + '/' + file).parent_path(), fault);
    if (auto done = copy_backwards(options.folder + '/' + file, to + '/' + file); !done)
      return refuse(done.error(), err);
  }
  const auto copied = checked(to);
  if (!copied) return refuse(copied.error(), err);
  return say(*copied, options.folder, to, options, out);
}

}  // namespace alarum::cli
