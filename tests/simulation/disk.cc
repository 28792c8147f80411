#include "tests/simulation/disk.h"

#include <algorithm>
#include <utility>

namespace alarum::simulation {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint64_t kPage = 4096;

std::string folder_of(const std::string& path) {
  return path.substr(0, path.find_last_of('/') == path.npos ? 0 : path.find_last_of('/'));
}

std::unexpected<Error> io_error(Operation operation, const std::string& path) {
  return fail("io_error",
              "cannot " + std::string(to_text(operation)) + ' ' + path + ": Input/output error");
}
std::unexpected<Error> not_found(const std::string& path) {
  return fail("not_found", "cannot open " + path + ": No such file or directory");
}

void put_at(std::string& image, std::uint64_t at, std::string_view bytes) {
  if (at == image.size()) return void(image.append(bytes));
  if (image.size() < at + bytes.size()) image.resize(at + bytes.size());
  bytes.copy(image.data() + at, bytes.size());
}

}  // namespace

std::string_view to_text(Operation operation) {
  constexpr std::string_view kTexts[] = {"open",     "read",        "write",       "sync",
                                         "allocate", "truncate",    "rename",      "remove",
                                         "list",     "make_folder", "sync_folder", "lock"};
  return kTexts[static_cast<std::size_t>(operation)];
}

std::string_view to_text(Place place) {
  constexpr std::string_view kTexts[] = {"segments", "checkpoints", "generations", "book",
                                         "book_wal", "positions",   "rejected",    "inventory",
                                         "output",   "other"};
  return kTexts[static_cast<std::size_t>(place)];
}

std::string_view to_text(Outcome outcome) {
  constexpr std::string_view kTexts[] = {"done", "failed", "full", "crashed", "ghost", "refused"};
  return kTexts[static_cast<std::size_t>(outcome)];
}

Place place_of(std::string_view path) {
  constexpr std::pair<std::string_view, Place> kParts[] = {{"/segments", Place::segments},
                                                           {"/checkpoints", Place::checkpoints},
                                                           {"/generations", Place::generations},
                                                           {"/book.sqlite-wal", Place::book_wal},
                                                           {"/book.sqlite", Place::book},
                                                           {"/positions", Place::positions},
                                                           {"/rejected", Place::rejected},
                                                           {"/inventory", Place::inventory},
                                                           {"/output", Place::output}};
  for (const auto& [part, place] : kParts) {
    if (path.find(part) != path.npos) return place;
  }
  return Place::other;
}

/// A handle. It dies with its incarnation.
class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, SimulatedDisk::InodePtr inode, std::string path, bool locks)
      : disk_(disk),
        inode_(std::move(inode)),
        path_(std::move(path)),
        incarnation_(disk.incarnation_),
        locks_(locks) {}
  ~SimulatedFile() override {
    if (locks_ && incarnation_ == disk_.incarnation_) disk_.locked_.erase(path_);
  }

  Result<void> write(std::uint64_t at, std::string_view bytes) override {
    return change(Operation::write, [&](Extent extent) {
      return extent == Extent::nothing
                 ? Result<void>()
                 : disk_.write(*inode_, at,
                               extent == Extent::all
                                   ? bytes
                                   : bytes.substr(0, disk_.below(bytes.size() + 1)));
    });
  }
  Result<std::string> read(std::uint64_t at, std::size_t size) override {
    if (dead()) return io_error(Operation::read, path_);
    if (auto done = disk_.look(Operation::read, path_); !done) return std::unexpected(done.error());
    return at < inode_->now.size() ? inode_->now.substr(at, size) : std::string();
  }
  Result<void> sync() override {
    return change(Operation::sync, [&](Extent extent) {
      if (extent == Extent::all) disk_.sync(*inode_);
      if (extent == Extent::part) disk_.lose_sync(*inode_);
      return Result<void>();
    });
  }
  Result<void> allocate(std::uint64_t size) override {
    return change(Operation::allocate, [&](Extent extent) {
      return extent == Extent::all && size > inode_->now.size() ? disk_.resize(*inode_, size)
                                                                : Result<void>();
    });
  }
  Result<void> truncate(std::uint64_t size) override {
    return change(Operation::truncate, [&](Extent extent) {
      return extent == Extent::all && size != inode_->now.size() ? disk_.resize(*inode_, size)
                                                                 : Result<void>();
    });
  }
  Result<std::uint64_t> size() override {
    if (dead() || disk_.crashed_) return io_error(Operation::read, path_);
    return inode_->now.size();
  }
  // By pages: what is reserved and holds nothing is a hole.
  Result<std::uint64_t> data_end(std::uint64_t from) override {
    if (dead()) return io_error(Operation::read, path_);
    if (auto done = disk_.look(Operation::read, path_); !done) return std::unexpected(done.error());
    const auto last = inode_->now.find_last_not_of('\0');
    const auto end = last == std::string::npos ? 0 : (last / kPage + 1) * kPage;
    return std::max<std::uint64_t>(from, std::min<std::uint64_t>(end, inode_->now.size()));
  }

 private:
  using Extent = SimulatedDisk::Extent;
  bool dead() const { return incarnation_ != disk_.incarnation_; }
  template <class Apply>
  Result<void> change(Operation operation, Apply apply) {
    if (dead()) return io_error(operation, path_);
    return disk_.attempt(operation, path_, apply);
  }

  SimulatedDisk& disk_;
  SimulatedDisk::InodePtr inode_;
  std::string path_;
  std::uint64_t incarnation_;
  bool locks_;
};

void SimulatedDisk::report(Operation operation, const std::string& path, Outcome outcome) const {
  if (on_operation) on_operation(operation, path, outcome);
}

bool SimulatedDisk::fails(Operation operation, const std::string& path) {
  const auto kind = static_cast<std::size_t>(operation);
  if (fail_nth_.empty() && fail_rates_[kind] <= 0) return false;
  const auto place = only(place_of(path));
  for (auto it = fail_nth_.begin(); it != fail_nth_.end(); ++it) {
    if (it->operation != operation || (it->places & place) == 0 || --it->left > 0) continue;
    fail_nth_.erase(it);
    return true;
  }
  return fail_rates_[kind] > 0 && (fail_places_[kind] & place) != 0 && chance(fail_rates_[kind]);
}

// Each operation that changes something comes through here: it happens, or a part of it, or
// nothing, and the program is told or not.
template <class Apply>
Result<void> SimulatedDisk::attempt(Operation operation, const std::string& path, Apply apply) {
  if (crashed_) {
    report(operation, path, Outcome::ghost);
    return io_error(operation, path);
  }
  ++operations_;
  if (crash_at_ && operations_ >= crash_at_->operation) {
    auto extent = static_cast<Extent>(below(3));
    // A process that is killed while it waits for a sync leaves the sync to the system.
    if (extent == Extent::part && crash_at_->kind == Crash::kill && operation == Operation::sync)
      extent = Extent::nothing;
    (void)apply(extent);
    crash(crash_at_->kind);
    report(operation, path, Outcome::crashed);
    return io_error(operation, path);
  }
  if (fails(operation, path)) {
    (void)apply(Extent::part);
    report(operation, path, Outcome::failed);
    return io_error(operation, path);
  }
  auto done = apply(Extent::all);
  report(operation, path,
         done                                 ? Outcome::done
         : done.error().reason == "disk_full" ? Outcome::full
                                              : Outcome::refused);
  return done;
}

// One that changes nothing.
Result<void> SimulatedDisk::look(Operation operation, const std::string& path) {
  const auto outcome = crashed_                 ? Outcome::ghost
                       : fails(operation, path) ? Outcome::failed
                                                : Outcome::done;
  report(operation, path, outcome);
  return outcome == Outcome::done ? Result<void>() : io_error(operation, path);
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& path, bool create) {
  InodePtr inode;
  auto done = attempt(Operation::open, path, [&](Extent extent) -> Result<void> {
    const auto it = names_.find(path);
    if (it == names_.end() && (!create || !folders_.contains(folder_of(path))))
      return not_found(path);
    inode = it != names_.end() ? it->second : std::make_shared<Inode>();
    if (extent == Extent::all && it == names_.end()) change_names({"", path, inode});
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return std::unique_ptr<File>(new SimulatedFile(*this, std::move(inode), path, false));
}

Result<void> SimulatedDisk::rename(const std::string& from, const std::string& to) {
  return attempt(Operation::rename, from, [&](Extent extent) -> Result<void> {
    const auto it = names_.find(from);
    if (it == names_.end() || !folders_.contains(folder_of(to))) return not_found(from);
    if (extent == Extent::all) change_names({from, to, it->second});
    return {};
  });
}

Result<void> SimulatedDisk::remove(const std::string& path) {
  return attempt(Operation::remove, path, [&](Extent extent) -> Result<void> {
    if (!names_.contains(path)) return not_found(path);
    if (extent == Extent::all) change_names({path, "", nullptr});
    return {};
  });
}

Result<std::vector<std::string>> SimulatedDisk::list(const std::string& folder) {
  if (auto done = look(Operation::list, folder); !done) return std::unexpected(done.error());
  if (!folders_.contains(folder))
    return fail("not_found", "cannot list " + folder + ": No such file or directory");
  std::vector<std::string> names;
  const auto begin = folder + '/';
  for (auto it = names_.lower_bound(begin); it != names_.end() && it->first.starts_with(begin);
       ++it) {
    if (it->first.find('/', begin.size()) == std::string::npos)
      names.push_back(it->first.substr(begin.size()));
  }
  return names;
}

Result<void> SimulatedDisk::make_folder(const std::string& path) {
  if (!crashed_ && folders_.contains(path)) return {};
  return attempt(Operation::make_folder, path, [&](Extent extent) -> Result<void> {
    for (auto name = path; extent == Extent::all && folders_.insert(name).second;)
      name = folder_of(name);
    return {};
  });
}

Result<void> SimulatedDisk::sync_folder(const std::string& path) {
  return attempt(Operation::sync_folder, path, [&](Extent extent) -> Result<void> {
    if (!folders_.contains(path)) return not_found(path);
    if (extent != Extent::all) return {};
    for (const auto& change : pending_[path]) apply(durable_, change);
    pending_.erase(path);
    // With a journal of names in their order, a folder whose contents are on disk is there itself.
    for (auto name = path; synced_folders_.insert(name).second;) name = folder_of(name);
    return {};
  });
}

Result<std::unique_ptr<File>> SimulatedDisk::lock(const std::string& path) {
  InodePtr inode;
  auto done = attempt(Operation::lock, path, [&](Extent extent) -> Result<void> {
    if (!folders_.contains(folder_of(path))) return not_found(path);
    if (locked_.contains(path)) return fail("locked", path + " is locked");
    const auto it = names_.find(path);
    inode = it != names_.end() ? it->second : std::make_shared<Inode>();
    if (extent == Extent::all && it == names_.end()) change_names({"", path, inode});
    return {};
  });
  if (!done) return std::unexpected(done.error());
  locked_.insert(path);
  return std::unique_ptr<File>(new SimulatedFile(*this, std::move(inode), path, true));
}

void SimulatedDisk::apply(Names& names, const NameChange& change) {
  if (!change.gone.empty()) names.erase(change.gone);
  if (!change.there.empty()) names[change.there] = change.inode;
}

void SimulatedDisk::change_names(NameChange change) {
  const auto size_of = [this](const std::string& path) {
    const auto it = names_.find(path);
    return it == names_.end() ? 0 : it->second->now.size();
  };
  // What a rename puts in the place of another, or a removal takes away, gives its room back.
  if (change.there.empty())
    used_ -= size_of(change.gone);
  else if (change.there != change.gone)
    used_ -= size_of(change.there);
  apply(names_, change);
  pending_[folder_of(change.there.empty() ? change.gone : change.there)].push_back(
      std::move(change));
}

// What fits is written, as a file system does it.
Result<void> SimulatedDisk::write(Inode& inode, std::uint64_t at, std::string_view bytes) {
  const auto end = at + bytes.size();
  const auto more = end > inode.now.size() ? end - inode.now.size() : 0;
  const auto room = capacity_ > used_ ? capacity_ - used_ : 0;
  if (more > room) {
    const auto fits = inode.now.size() + room;
    if (fits > at) (void)write(inode, at, bytes.substr(0, fits - at));
    return fail("disk_full", "cannot write: No space left on device");
  }
  if (bytes.empty()) return {};
  used_ += more;
  put_at(inode.now, at, bytes);
  inode.unsynced.push_back({Change::Kind::write, at, std::string(bytes)});
  inode.end = std::max(inode.end, end);
  if (inode.written.size() < (end + kPage - 1) / kPage)
    inode.written.resize((end + kPage - 1) / kPage);
  for (auto page = at / kPage; page * kPage < end; ++page) inode.written[page] = operations_;
  return {};
}

Result<void> SimulatedDisk::resize(Inode& inode, std::uint64_t size) {
  const auto before = inode.now.size();
  if (size > before && size - before > (capacity_ > used_ ? capacity_ - used_ : 0))
    return fail("disk_full", "cannot reserve room: No space left on device");
  used_ = used_ + size - before;
  inode.now.resize(size);
  inode.unsynced.push_back({Change::Kind::resize, size, {}});
  inode.end = std::min(inode.end, size);
  if (inode.written.size() > (size + kPage - 1) / kPage)
    inode.written.resize((size + kPage - 1) / kPage);
  return {};
}

void SimulatedDisk::sync(Inode& inode) {
  for (const auto& change : inode.unsynced) {
    if (change.kind == Change::Kind::resize)
      inode.durable.resize(change.at);
    else
      put_at(inode.durable, change.at, change.bytes);
  }
  inode.unsynced.clear();
  inode.synced = operations_;
}

void SimulatedDisk::lose_sync(Inode& inode) {
  apply_some(inode, random_.share());
  inode.unsynced.clear();
}

// Changes reach the disk sector by sector, and any of them may be missing: in their order, since
// the system has but the newest state of a page.
void SimulatedDisk::apply_some(Inode& inode, double share) {
  auto& image = inode.durable;
  for (const auto& change : inode.unsynced) {
    if (change.kind == Change::Kind::resize) {
      if (chance(share)) image.resize(change.at);
      continue;
    }
    for (std::uint64_t done = 0; done < change.bytes.size();) {
      const auto at = change.at + done;
      auto size = std::min<std::uint64_t>(change.bytes.size() - done, kSector - at % kSector);
      const auto piece = std::string_view(change.bytes).substr(done, size);
      done += size;
      if (!chance(share)) continue;
      if (tears_sectors_ && share < 1 && below(8) == 0) size = below(size);
      put_at(image, at, piece.substr(0, size));
    }
  }
  // The size may be on disk before what stands there.
  if (image.size() < inode.now.size() && share < 1 && below(4) == 0) image.resize(inode.now.size());
}

void SimulatedDisk::cut_power() {
  for (const auto& [folder, changes] : pending_) {
    const auto kept = below(changes.size() + 1);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (names_reorder_ ? below(2) == 0 : i < kept) apply(durable_, changes[i]);
    }
  }
  pending_.clear();
  // At times all is lost, at times nothing, else some.
  const auto how = below(4);
  const double share = how == 0 ? 0 : how == 1 ? 1 : random_.share();
  for (const auto& [path, inode] : durable_) {
    if (!inode->unsynced.empty()) apply_some(*inode, share);
    inode->unsynced.clear();
    inode->now = inode->durable;
    inode->end = std::min<std::uint64_t>(inode->end, inode->now.size());
    inode->written.resize((inode->end + kPage - 1) / kPage);
    inode->synced = operations_;
  }
  names_ = durable_;
  std::erase_if(folders_, [this](const std::string& folder) {
    const auto it = durable_.lower_bound(folder + '/');
    const bool holds = it != durable_.end() && it->first.starts_with(folder + '/');
    return !holds && !synced_folders_.contains(folder) && below(2) == 0;
  });
  for (const auto& folder : std::vector<std::string>(folders_.begin(), folders_.end())) {
    // None without the one that it is in
    for (auto name = folder_of(folder); folders_.insert(name).second;) name = folder_of(name);
  }
  count_used();
}

void SimulatedDisk::count_used() {
  used_ = 0;
  for (const auto& [path, inode] : names_) used_ += inode->now.size();
}

void SimulatedDisk::crash(Crash kind) {
  if (crashed_) return;
  if (kind == Crash::power_cut) cut_power();
  crashed_ = true;
  crashed_by_ = kind;
}

void SimulatedDisk::reboot() {
  crashed_ = false;
  crash_at_.reset();
  locked_.clear();
  ++incarnation_;
  count_used();
}

void SimulatedDisk::set_fail_rate(Operation operation, double share, Places places) {
  fail_rates_[static_cast<std::size_t>(operation)] = share;
  fail_places_[static_cast<std::size_t>(operation)] = places;
}

void SimulatedDisk::fail_nth(Operation operation, std::uint64_t nth, Places places) {
  fail_nth_.push_back({operation, std::max<std::uint64_t>(nth, 1), places});
}

void SimulatedDisk::clear_faults() {
  fail_rates_ = {};
  fail_nth_.clear();
}

void SimulatedDisk::write_back() {
  for (const auto& [path, inode] : names_) sync(*inode);
  for (const auto& [folder, changes] : pending_) {
    for (const auto& change : changes) apply(durable_, change);
  }
  pending_.clear();
}

std::optional<Damage> SimulatedDisk::damage_old(std::uint64_t age, Places places) {
  std::vector<std::pair<const std::string*, std::uint64_t>> candidates;  // a page of a file
  for (const auto& [path, inode] : names_) {
    if ((places & only(place_of(path))) == 0) continue;
    for (std::uint64_t page = 0; page < inode->written.size(); ++page) {
      const auto at = inode->written[page];
      const auto end = std::min<std::uint64_t>(inode->end, inode->durable.size());
      if (at > 0 && at <= inode->synced && at + age <= operations_ && page * kPage < end)
        candidates.push_back({&path, page});
    }
  }
  if (candidates.empty()) return std::nullopt;
  const auto [path, page] = candidates[below(candidates.size())];
  const auto& inode = names_.at(*path);
  const auto end = std::min({inode->end, std::uint64_t{inode->durable.size()}, (page + 1) * kPage});
  const auto position = page * kPage + below(end - page * kPage);
  const auto bit = static_cast<char>(1 << below(8));
  for (auto* image : {&inode->now, &inode->durable})
    (*image)[position] = static_cast<char>((*image)[position] ^ bit);
  damages_.push_back({{*path, position, true}, inode, inode->written[page]});
  return damages_.back().damage;
}

std::vector<Damage> SimulatedDisk::damages() const {
  std::vector<Damage> all;
  for (const auto& one : damages_) {
    all.push_back(one.damage);
    const auto inode = one.inode.lock();
    const auto page = one.damage.position / kPage;
    const bool named = inode && std::any_of(names_.begin(), names_.end(),
                                            [&](const auto& name) { return name.second == inode; });
    all.back().there = named && page < inode->written.size() && inode->written[page] == one.written;
  }
  return all;
}

std::optional<std::string> SimulatedDisk::bytes(const std::string& path) const {
  const auto it = names_.find(path);
  return it == names_.end() ? std::nullopt : std::optional(it->second->now);
}

std::vector<std::string> SimulatedDisk::paths() const {
  std::vector<std::string> all;
  for (const auto& [path, inode] : names_) all.push_back(path);
  return all;
}

void SimulatedDisk::put(const std::string& path, std::string_view text) {
  for (auto folder = folder_of(path); folders_.insert(folder).second;) folder = folder_of(folder);
  for (auto folder = folder_of(path); synced_folders_.insert(folder).second;)
    folder = folder_of(folder);
  const auto inode = std::make_shared<Inode>();
  inode->now = inode->durable = text;
  names_[path] = durable_[path] = inode;
  count_used();
}

void SimulatedDisk::lose(const std::string& path) {
  names_.erase(path), durable_.erase(path);
  if (const auto pending = pending_.find(folder_of(path)); pending != pending_.end()) {
    std::erase_if(pending->second, [&](const NameChange& one) { return one.there == path; });
  }
  count_used();
}

}  // namespace alarum::simulation
