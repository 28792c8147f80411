#include "ingest/stream/tail.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "http/apart.h"
#include "ingest/stream/pump.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;
namespace fs = std::filesystem;

constexpr std::size_t kChunk = 256 << 10;
constexpr auto kLook = 100ms;    // between two looks at files that are read to their end
constexpr auto kSave = 100ms;    // between two writes of the positions
constexpr int kTurn = 64;        // chunks of one file before the next has its turn
constexpr int kPatience = 20;    // looks at which a file without its name stays as it is, until it is let go

std::vector<std::string> matching(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> out;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

}  // namespace

Tail::Tail(config::Source config, Intake& intake, const Held<config::Pushes>& pushes, const std::string& data)
    : Source(std::move(config), intake), decoder_(config_, pushes), file_(data, config_.name) {}

Result<void> Tail::open(Workers&) {
  const auto text = file_.read();
  if (!text) return std::unexpected(text.error());
  if (!*text) return {};
  auto places = read_tail_state(**text);
  if (!places) return file_.unreadable(places.error(), "read from the beginning");
  before_ = saved_ = std::move(*places);
  return {};
}

void Tail::start(Workers& workers) {
  log::info("ingest", "reading files", {{"source", config_.name}, {"pattern", config_.path}, {"known", before_.size()}});
  tasks_.spawn(workers.disk(), config_.name, [this] { return run(); });
}

asio::awaitable<void> Tail::run() {
  while (!feed_.stopping()) {
    find();
    bool more = false;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      bool again = true;
      for (int chunks = 0; again && chunks < kTurn && !feed_.stopping(); ++chunks) again = co_await read(*files_[i]);
      more = more || again;
    }
    let_go();
    save(!more);
    feed_.counts().connections = static_cast<std::int64_t>(files_.size());
    if (!more) co_await feed_.sleep(kLook);
  }
  save(true);
}

TailedFile* Tail::known(const TailedFile::Identity& identity) const {
  const auto found = std::ranges::find_if(files_, [&](const auto& file) { return file->identity() == identity; });
  return found == files_.end() ? nullptr : found->get();
}

// What stands at the pattern now; first of all what a rotation took away while nobody looked.
void Tail::find() {
  const auto paths = matching(config_.path);
  for (const auto& path : paths) adopt(path);
  for (const auto& place : std::exchange(before_, {})) find_again(place);
}

void Tail::adopt(const std::string& path) {
  const auto identity = TailedFile::identify(path);
  if (!identity) return;
  if (auto* file = known(*identity)) return file->seen_at(path);
  auto file = TailedFile::open(path);
  if (!file) {
    if (unreadable_.insert(path).second) log::error("ingest", "a file cannot be read", {{"source", config_.name}, {"detail", file.error().message}});
    return;
  }
  unreadable_.erase(path);
  const auto same = [&](const TailPlace& place) { return place.device == (*file)->identity().device && place.inode == (*file)->identity().inode; };
  const auto place = std::ranges::find_if(before_, same);
  if (place != before_.end() && (*file)->resume(*place)) before_.erase(place);
  files_.push_back(std::move(*file));
}

// A file of the last run that has another name now: beside the one that it had.
void Tail::find_again(const TailPlace& place) {
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(fs::path(place.path).parent_path(), fault)) {
    const TailedFile::Identity wanted{place.device, place.inode};
    if (TailedFile::identify(entry.path()) != wanted || known(wanted)) continue;
    auto file = TailedFile::open(entry.path());
    if (!file || !(*file)->resume(place)) continue;
    files_.insert(files_.begin(), std::move(*file));
    return;
  }
  feed_.gap(fmt::format("{} was replaced while nobody looked, and is not found beside its place: what stood in it after byte {} is lost, if anything", place.path, place.offset));
}

// True: there is more to read at once.
asio::awaitable<bool> Tail::read(TailedFile& file) {
  std::uint64_t unread = 0;
  if (file.look(unread) == TailedFile::Look::truncated) {
    if (unread > 0) feed_.gap(fmt::format("{} was truncated before its last {} bytes were read", file.place().path, unread));
    else log::info("ingest", "a file begins anew", {{"source", config_.name}, {"path", file.place().path}});
  }
  const bool final = file.rounds_idle > kPatience;  // a last line without an end
  if (file.waiting() == 0) {
    ++file.rounds_idle;
    co_return false;
  }
  const auto chunk = file.read(std::max(kChunk, config_.event + 2));
  if (!chunk) {
    log::error("ingest", "a file cannot be read", {{"source", config_.name}, {"detail", chunk.error().message}});
    co_return false;
  }
  const auto cut = cut_tail(*chunk, config_.event, file.place().passing_over, final);
  if (cut.consumed == 0) {
    ++file.rounds_idle;
    co_return false;
  }
  // The incarnation is on disk before the first line that is known by it: a crash must not give the line another identity.
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

asio::awaitable<std::vector<model::Event>> Tail::events_of(const TailedFile& file, const TailCut& cut) {
  const auto& place = file.place();
  unsigned count = 0;
  std::vector<model::Event> events;
  for (const auto& line : cut.lines) {
    const auto at = place.offset + line.at;
    int number = 0;  // of the event in its line
    const auto id = [&] { return fmt::format("{}.{}{}", place.incarnation, at, number++ == 0 ? "" : fmt::format(".{}", number)); };
    take_message({line.text, line.too_long, place.path, [&] { return fmt::format("{} byte {}", place.path, at); }}, decoder_, id, feed_, events);
    if (++count % http::kTurn == 0) co_await http::give_way();
  }
  co_return events;
}

// A file that lost its name, was read to its end and has been quiet for a while.
void Tail::let_go() {
  std::erase_if(files_, [&](const auto& file) {
    const bool named = TailedFile::identify(file->place().path) == file->identity() && !file->unlinked();
    return !named && file->rounds_idle > kPatience + 1;
  });
}

void Tail::save(bool now) {
  if (!now && std::chrono::steady_clock::now() - saved_at_ < kSave) return;
  std::vector<TailPlace> places;
  for (const auto& file : files_) places.push_back(file->place());
  if (places == saved_) return;
  if (auto done = file_.write(tail_state_json(places)); !done) {
    log::error("ingest", "positions are not written: after a crash more is read again", {{"source", config_.name}, {"detail", done.error().message}});
    return;
  }
  saved_ = std::move(places);
  saved_at_ = std::chrono::steady_clock::now();
}

}  // namespace alarum::ingest
