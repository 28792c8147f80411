#include "journal/checkpoints.h"

#include <fmt/format.h>

#include <charconv>

#include "base/hash.h"

namespace alarum::journal {
namespace {

// `alarum-checkpoint 1 <crc32c of the rest, 8 hex digits>\n` then the state.
constexpr std::string_view kHead = "alarum-checkpoint 1 ";
constexpr std::size_t kHeadSize = kHead.size() + 9;

std::string sum_of(std::string_view state) { return fmt::format("{:08x}", crc32c(state)); }

model::Offset offset_of(const std::string& name) {
  model::Offset offset = 0;
  std::from_chars(name.data(), name.data() + name.size(), offset);
  return offset;
}

}  // namespace

Result<void> Checkpoints::save(const Checkpoint& checkpoint) {
  if (auto made = files_.make_folder(folder_); !made) return made;
  const auto text = fmt::format("{}{}\n", kHead, sum_of(checkpoint.state)) + checkpoint.state;
  if (auto done = replace_file(files_, folder_, fmt::format("{:020}.ckpt", checkpoint.offset), text); !done) return done;
  auto all = names();
  for (std::size_t i = 0; i + kKept < all.size(); ++i) (void)files_.remove(folder_ + '/' + all[i]);
  return {};
}

std::optional<Checkpoint> Checkpoints::load(model::Offset bound, std::vector<std::string>& damaged) {
  const auto all = names();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (offset_of(*it) > bound) continue;
    const auto text = read_file(files_, folder_ + '/' + *it);
    if (text && text->size() >= kHeadSize && text->starts_with(kHead) && text->substr(kHead.size(), 8) == sum_of(std::string_view(*text).substr(kHeadSize))) {
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
