#include "tests/support/memory_files.h"

#include <algorithm>

namespace alarum::testing {

using Guard = std::lock_guard<std::recursive_mutex>;

class MemoryFile final : public File {
 public:
  MemoryFile(MemoryFiles& files, std::shared_ptr<MemoryFiles::Inode> inode, std::string path,
             bool locks)
      : files_(files), inode_(std::move(inode)), path_(std::move(path)), locks_(locks) {}
  ~MemoryFile() override {
    const Guard guard(files_.mutex_);
    if (locks_) files_.locked_.erase(path_);
  }

  Result<void> write(std::uint64_t at, std::string_view bytes) override {
    const Guard guard(files_.mutex_);
    const auto end = at + bytes.size();
    if (auto room = grow(end); !room) return room;
    std::copy(bytes.begin(), bytes.end(), inode_->now.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
  }
  Result<std::string> read(std::uint64_t at, std::size_t size) override {
    const Guard guard(files_.mutex_);
    auto bytes = at < inode_->now.size() ? inode_->now.substr(at, size) : std::string();
    files_.bytes_read += bytes.size();
    return bytes;
  }
  Result<void> sync() override {
    if (files_.on_sync) {
      if (auto done = files_.on_sync(path_); !done) return done;
    }
    const Guard guard(files_.mutex_);
    if (!files_.syncs_lie) inode_->durable = inode_->now;
    return {};
  }
  Result<void> allocate(std::uint64_t size) override {
    const Guard guard(files_.mutex_);
    return grow(size);
  }
  Result<void> truncate(std::uint64_t size) override {
    const Guard guard(files_.mutex_);
    inode_->now.resize(size);
    return {};
  }
  Result<std::uint64_t> size() override {
    const Guard guard(files_.mutex_);
    return inode_->now.size();
  }
  // By pages, as a file system knows it.
  Result<std::uint64_t> data_end(std::uint64_t from) override {
    constexpr std::size_t kPage = 4096;
    const Guard guard(files_.mutex_);
    const auto last = inode_->now.find_last_not_of('\0');
    const auto end = last == std::string::npos ? 0 : (last / kPage + 1) * kPage;
    return std::max<std::uint64_t>(from, std::min(end, inode_->now.size()));
  }

 private:
  Result<void> grow(std::uint64_t size) {
    if (size <= inode_->now.size()) return {};
    if (auto room = files_.room_for(size - inode_->now.size()); !room) return room;
    inode_->now.resize(size);
    return {};
  }

  MemoryFiles& files_;
  std::shared_ptr<MemoryFiles::Inode> inode_;
  std::string path_;
  bool locks_;
};

Result<void> MemoryFiles::room_for(std::uint64_t more) const {
  std::uint64_t used = 0;
  for (const auto& [path, inode] : now_) used += inode->now.size();
  return used + more <= capacity ? Result<void>() : fail("disk_full", "no space left");
}

Result<std::unique_ptr<File>> MemoryFiles::open(const std::string& path, bool create) {
  const Guard guard(mutex_);
  auto it = now_.find(path);
  if (it == now_.end() && !create) return fail("not_found", path + " is not there");
  if (it == now_.end()) it = now_.emplace(path, std::make_shared<Inode>()).first;
  return std::unique_ptr<File>(new MemoryFile(*this, it->second, path, false));
}

Result<void> MemoryFiles::rename(const std::string& from, const std::string& to) {
  const Guard guard(mutex_);
  auto node = now_.extract(from);
  if (node.empty()) return fail("not_found", from + " is not there");
  now_[to] = node.mapped();
  return {};
}

Result<void> MemoryFiles::remove(const std::string& path) {
  if (removes_fail) return fail("io_error", "cannot remove " + path);
  const Guard guard(mutex_);
  return now_.erase(path) > 0 ? Result<void>() : fail("not_found", path + " is not there");
}

Result<std::vector<std::string>> MemoryFiles::list(const std::string& folder) {
  const Guard guard(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, inode] : now_) {
    if (path.starts_with(folder + '/') && path.find('/', folder.size() + 1) == std::string::npos)
      names.push_back(path.substr(folder.size() + 1));
  }
  return names;
}

Result<void> MemoryFiles::make_folder(const std::string&) {
  return {};
}

Result<void> MemoryFiles::sync_folder(const std::string& folder) {
  if (on_sync) {
    if (auto done = on_sync(folder); !done) return done;
  }
  const Guard guard(mutex_);
  if (syncs_lie) return {};
  const auto inside = [&](const auto& entry) { return entry.first.starts_with(folder + '/'); };
  std::erase_if(durable_, inside);
  std::copy_if(now_.begin(), now_.end(), std::inserter(durable_, durable_.end()), inside);
  return {};
}

Result<std::unique_ptr<File>> MemoryFiles::lock(const std::string& path) {
  const Guard guard(mutex_);
  if (!locked_.insert(path).second) return fail("locked", path + " is locked");
  return std::unique_ptr<File>(new MemoryFile(*this, std::make_shared<Inode>(), path, true));
}

void MemoryFiles::crash(std::mt19937& random) {
  const Guard guard(mutex_);
  constexpr std::size_t kSector = 512;
  Names names;
  for (const auto& [path, inode] : durable_) {
    auto left = inode->durable;
    for (std::size_t at = 0; at < std::min(left.size(), inode->now.size()); at += kSector) {
      if (random() % 2 == 0)
        left.replace(at, std::min(kSector, left.size() - at), inode->now, at, kSector);
    }
    left.resize(inode->durable.size());
    names[path] = std::make_shared<Inode>(Inode{left, left});
  }
  now_ = durable_ = std::move(names);
}

std::string& MemoryFiles::bytes(const std::string& path) {
  const Guard guard(mutex_);
  return now_.at(path)->now;
}

void MemoryFiles::damage(const std::string& path, std::size_t at) {
  const Guard guard(mutex_);
  for (auto* bytes : {&now_.at(path)->now, &now_.at(path)->durable}) {
    if (at < bytes->size()) (*bytes)[at] = static_cast<char>((*bytes)[at] ^ 1);
  }
}

}  // namespace alarum::testing
