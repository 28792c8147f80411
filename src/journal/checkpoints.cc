#include "journal/checkpoints.h"

#include <fmt/format.h>

#include <charconv>

#include "base/hash.h"

namespace alarum::journal {
namespace {

// A file is `alarum-checkpoint 1 <crc32c of the rest, 8 hex digits>\n`, then the state.
constexpr std::string_view kHead = "alarum-checkpoint 1 ";
constexpr std::size_t kHeadSize = kHead.size() + 9;

// A draft is synced after so many bytes, because the journal's own syncs must not wait for hundreds
// of megabytes of it.
constexpr std::uint64_t kSyncEach = 4 << 20;

std::string text_of(std::uint32_t sum) {
  return fmt::format("{:08x}", sum);
}
std::string sum_of(std::string_view state) {
  return text_of(crc32c(state));
}

model::Offset offset_of(const std::string& name) {
  model::Offset offset = 0;
  std::from_chars(name.data(), name.data() + name.size(), offset);
  return offset;
}

}  // namespace

FileDraft::FileDraft(Checkpoints& among, std::unique_ptr<File> file, model::Offset offset)
    : among_(among), file_(std::move(file)), offset_(offset), end_(kHeadSize) {}

Result<void> FileDraft::finish() {
  return among_.keep(*this);
}

void FileDraft::give_up() {
  file_.reset();
  (void)among_.files_.remove(among_.draft());
}

Result<void> FileDraft::add(std::string_view part) {
  if (auto done = file_->write(end_, part); !done) return done;
  end_ += part.size();
  sum_ = crc32c(part, sum_);
  if (end_ - synced_ < kSyncEach) return {};
  synced_ = end_;
  return file_->sync();
}

Result<std::unique_ptr<FileDraft>> Checkpoints::begin(model::Offset offset) {
  if (auto made = files_.make_folder(folder_); !made) return std::unexpected(made.error());
  auto file = files_.open(draft(), true);
  if (!file) return std::unexpected(file.error());
  if (auto done = (*file)->truncate(0); !done) return std::unexpected(done.error());
  return std::unique_ptr<FileDraft>(new FileDraft(*this, std::move(*file), offset));
}

Result<void> Checkpoints::keep(FileDraft& made) {
  if (auto done = made.file_->write(0, fmt::format("{}{}\n", kHead, text_of(made.sum_))); !done)
    return done;
  if (auto done = made.file_->sync(); !done) return done;
  if (auto done = sync_relied_on(); !done) return done;
  if (auto done = files_.rename(draft(), fmt::format("{}/{:020}.ckpt", folder_, made.offset_));
      !done)
    return done;
  if (auto done = files_.sync_folder(folder_); !done) return done;
  auto all = names();
  for (std::size_t i = 0; i + kKept < all.size(); ++i) (void)files_.remove(folder_ + '/' + all[i]);
  return {};
}

// Also makes the names of these files, and the name of our folder, durable.
Result<void> Checkpoints::sync_relied_on() {
  for (const auto& sync : relied_on_) {
    if (auto done = sync(); !done) return done;
  }
  return files_.sync_folder(folder_.substr(0, folder_.rfind('/')));
}

std::optional<Checkpoint> Checkpoints::load(model::Offset bound,
                                            std::vector<std::string>& damaged) {
  const auto all = names();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (offset_of(*it) > bound) continue;
    const auto text = read_file(files_, folder_ + '/' + *it);
    if (text && text->size() >= kHeadSize && text->starts_with(kHead) &&
        text->substr(kHead.size(), 8) == sum_of(std::string_view(*text).substr(kHeadSize))) {
      return Checkpoint{offset_of(*it), text->substr(kHeadSize)};
    }
    damaged.push_back(folder_ + '/' + *it);
  }
  return std::nullopt;
}

std::optional<model::Offset> Checkpoints::oldest() {
  const auto all = names();
  return all.size() < 2 ? std::nullopt : std::optional(offset_of(all.front()));
}

std::vector<std::string> Checkpoints::names() {
  auto all = files_.list(folder_);
  if (!all) return {};
  std::erase_if(*all, [](const std::string& name) { return !name.ends_with(".ckpt"); });
  return std::move(*all);
}

}  // namespace alarum::journal
