#include "ingest/stream/tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "http/offload.h"
#include "ingest/stream/pump.h"
#include "ingest/stream/tail_paths.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;
namespace fs = std::filesystem;

constexpr std::size_t kChunk = 256 << 10;
constexpr auto kLook = 100ms;  // between two looks at files that are read to their end
constexpr auto kSave = 100ms;  // between two writes of the positions
constexpr int kFileTurn = 64;  // chunks of one file before the next has its turn
// Rounds without news after which a file that has lost its name is closed
constexpr int kPatience = 20;

}  // namespace

Tail::Tail(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
           const DataFolder& data)
    : Source(std::move(config), intake), decoder_(config_, pushes), file_(data, config_.name) {}

Result<void> Tail::open(Workers&) {
  const auto text = file_.read();
  if (!text) return std::unexpected(text.error());
  if (!*text) return {};
  auto places = read_tail_state(**text);
  if (!places)
    return feed_.lose_place(
        file_, places.error(),
        "its files are read from the beginning: what was taken before may be taken twice");
  before_ = saved_ = std::move(*places);
  return {};
}

void Tail::start(Workers& workers) {
  log::info("ingest", "reading files",
            {{"source", config_.name}, {"pattern", config_.path}, {"known", before_.size()}});
  tasks_.keep(workers.disk(), config_.name, [this] { return run(); });
}

asio::awaitable<void> Tail::run() {
  for (bool first = true; !feed_.stopping(); first = false) {
    find();
    if (first && files_.empty())
      log::warn("ingest", "no file matches the pattern yet",
                {{"source", config_.name}, {"pattern", config_.path}});
    bool more = false;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      bool again = true;
      for (int chunks = 0; again && chunks < kFileTurn && !feed_.stopping(); ++chunks)
        again = co_await read(*files_[i]);
      more = more || again;
      rest(*files_[i]);
    }
    let_go();
    save(!more);
    feed_.counts().connections = static_cast<std::int64_t>(files_.size());
    if (!more) co_await feed_.sleep(kLook);
  }
  save(true);
}

TailedFile* Tail::known(const TailedFile::Identity& identity) const {
  const auto found =
      std::ranges::find_if(files_, [&](const auto& file) { return file->identity() == identity; });
  return found == files_.end() ? nullptr : found->get();
}

// Opens the files that are new at the pattern. The first call also finds those that were rotated
// away while the daemon did not run, and puts them first.
void Tail::find() {
  auto paths = matching(config_.path);
  std::erase_if(paths, [this](const auto& path) { return is_known(path); });
  sort_by_age(paths);
  for (const auto& path : paths) adopt(path);
  auto at = files_.begin();
  for (auto& place : std::exchange(before_, {})) {
    if (unreadable_.contains(place.path)) {
      before_.push_back(std::move(place));  // until it can be read
      continue;
    }
    auto file = find_again(place);
    if (file) tell_unread(place, *file);
    if (file) {
      at = files_.insert(at, std::move(file));
      rest(**at++);
    } else
      feed_.gap(fmt::format(
          "{} was replaced while it was not watched, and the old file was not found in its folder: "
          "its content after byte {} is lost, if there was any",
          place.path, place.offset));
  }
}

// Whether the path needs no opening: it is open, or gone again, or its error was logged.
bool Tail::is_known(const std::string& path) {
  const auto identity = TailedFile::identify(path);
  std::error_code fault;
  if (!identity) return unreadable_.contains(path) || !fs::exists(path, fault);
  auto* const file = known(*identity);
  if (file) file->seen_at(path);
  return file != nullptr;
}

void Tail::adopt(const std::string& path) {
  auto file = TailedFile::open(path, feed_.random());
  if (!file) {
    if (unreadable_.insert(path).second)
      log::error("ingest", "a file cannot be read",
                 {{"source", config_.name}, {"detail", file.error().message}});
    return;
  }
  unreadable_.erase(path);
  resume(**file);
  files_.push_back(std::move(*file));
  rest(*files_.back());
}

// Continues where the last run stopped in this file, if it knew the file.
void Tail::resume(TailedFile& file) {
  auto place = std::ranges::find_if(before_, [&](const auto& one) {
    return file.identity() == TailedFile::Identity{one.device, one.inode};
  });
  if (place == before_.end())
    place = std::ranges::find_if(before_, [&](const auto& one) { return file.may_be(one); });
  if (place == before_.end()) return;
  const bool same_device = place->device == file.identity().device;
  if (!file.resume(*place)) {
    if (!same_device) return;
    feed_.gap(
        fmt::format("{} was truncated or replaced while it was not watched: its content after byte "
                    "{} is lost, if anything",
                    file.place().path, place->offset));
  }
  before_.erase(place);
}

// Finds a file of the last run that was renamed: another name in the folder where it was.
std::unique_ptr<TailedFile> Tail::find_again(const TailPlace& place) const {
  for (const auto& path : files_beside(place.path)) {
    const auto identity = TailedFile::identify(path);
    if (!identity || identity->inode != place.inode || known(*identity)) continue;
    auto file = TailedFile::open(path, feed_.random());
    if (file && (*file)->may_be(place) && (*file)->resume(place)) return std::move(*file);
  }
  return nullptr;
}

// If the file was rotated more than once since the last run, the pattern has the newest file and
// the place leads to the oldest. Reports the files between them, which are not read.
void Tail::tell_unread(const TailPlace& place, const TailedFile& found) {
  std::error_code fault;
  const auto since = fs::last_write_time(found.place().path, fault);
  for (const auto& path : files_beside(place.path)) {
    const auto identity = TailedFile::identify(path);
    if (!identity || !is_rotated(path, place.path) || known(*identity) ||
        fs::last_write_time(path, fault) <= since)
      continue;
    feed_.gap(fmt::format(
        "{} was created while it was not watched, and is not read: a pattern that covers "
        "rotated files would have it",
        path));
  }
}

// Logs an error, but not again while it stays the same.
void Tail::trouble(std::string_view what, const Error& error) {
  if (std::exchange(said_, error.message) != error.message)
    log::error("ingest", what, {{"source", config_.name}, {"detail", error.message}});
}

// Opens a closed file, also under a new name if it was renamed. False if it cannot be opened.
bool Tail::rouse(TailedFile& file) {
  if (file.is_open()) return true;
  const auto is_it = [&](const std::string& path) {
    return TailedFile::identify(path) == file.identity();
  };
  if (!is_it(file.place().path)) {
    const auto beside = files_beside(file.place().path);
    if (const auto found = std::ranges::find_if(beside, is_it); found != beside.end())
      file.seen_at(*found);
  }
  const auto done = file.wake();
  if (!done) trouble("a file cannot be read", done.error());
  return done.has_value();
}

// Closes the file if too many are open. Its place is known, so it can be opened again.
void Tail::rest(TailedFile& file) const {
  if (std::ranges::count_if(files_, [](const auto& one) { return one->is_open(); }) >
      static_cast<std::ptrdiff_t>(kMostOpen))
    file.close();
}

// Reads and commits one chunk. True if there may be more at once.
asio::awaitable<bool> Tail::read(TailedFile& file) {
  if (!rouse(file)) co_return false;
  std::uint64_t unread = 0;
  if (file.look(unread) == TailedFile::Look::truncated) {
    if (unread > 0)
      feed_.gap(fmt::format("{} was truncated before its last {} bytes were read",
                            file.place().path, unread));
    else
      log::info("ingest", "a file was truncated or replaced",
                {{"source", config_.name}, {"path", file.place().path}});
  }
  const bool final = file.rounds_idle > kPatience;  // a last line without an end
  if (file.waiting() == 0) {
    ++file.rounds_idle;
    co_return false;
  }
  const auto chunk = file.read(std::max(kChunk, config_.event.bytes + 2));
  if (!chunk) {
    trouble("a file cannot be read", chunk.error());
    co_return false;
  }
  const auto cut = cut_tail(*chunk, config_.event.bytes, file.place().passing_over, final);
  if (cut.consumed == 0) {
    ++file.rounds_idle;
    co_return false;
  }
  // Save the incarnation before the first line that has it in its identity; otherwise a crash could
  // give that line another identity.
  if (file.place().offset == 0) save(true);
  auto events = co_await events_of(file, cut);
  if (!events.empty()) {
    auto outcomes = co_await feed_.commit(std::move(events));
    if (!outcomes) co_return false;
  }
  file.advance(cut.consumed, cut.passing_over);
  file.rounds_idle = 0;
  save(false);
  co_return true;
}

asio::awaitable<std::vector<model::Event>> Tail::events_of(const TailedFile& file,
                                                           const TailCut& cut) {
  const auto& place = file.place();
  unsigned count = 0;
  std::vector<model::Event> events;
  for (const auto& line : cut.lines) {
    const auto at = place.offset + line.at;
    int number = 0;  // of the event in its line
    const auto id = [&] {
      return fmt::format("{}.{}{}", place.incarnation, at,
                         number++ == 0 ? "" : fmt::format(".{}", number));
    };
    take_message({line.text, line.too_long, place.path,
                  [&] { return fmt::format("{} byte {}", place.path, at); }},
                 decoder_, id, feed_, events);
    if (++count % http::kYieldEvery == 0) co_await http::yield_now();
  }
  co_return events;
}

// Forgets files that have lost their name, were read to their end, and have had no news for a
// while.
void Tail::let_go() {
  std::erase_if(files_, [&](const auto& file) {
    const bool named =
        TailedFile::identify(file->place().path) == file->identity() && !file->unlinked();
    if (named || file->rounds_idle <= kPatience + 1) return false;
    if (!file->is_open())
      feed_.gap(fmt::format(
          "{} went while it was closed: what was written to it after byte {} is lost, if anything",
          file->place().path, file->place().offset));
    return true;
  });
}

void Tail::save(bool now) {
  if (!now && std::chrono::steady_clock::now() - saved_at_ < kSave) return;
  std::vector<TailPlace> places;
  for (const auto& file : files_) places.push_back(file->place());
  places.insert(places.end(), before_.begin(), before_.end());
  if (places == saved_) return;
  saved_at_ = std::chrono::steady_clock::now();
  if (auto done = file_.write(tail_state_json(places)); !done)
    return trouble("positions are not written: after a crash more is read again", done.error());
  saved_ = std::move(places);
  said_.clear();
}

}  // namespace alarum::ingest
