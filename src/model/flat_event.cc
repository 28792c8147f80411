#include "model/flat_event.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/json_scan.h"

namespace alarum::model {
namespace {

constexpr std::size_t kBlock = 4 * 1024;
constexpr std::size_t kLeastPaths = 128, kLeaves = 48;
// Longer paths get no leaf. Otherwise an event of which one name is half, with a thousand members
// below it, would take half a gigabyte of paths.
constexpr std::size_t kMaxPath = 1024;

}  // namespace

// Texts at addresses that do not change, and each different path once: an array of 100,000 objects
// has few different paths.
struct FlatEvent::Texts {
  char* room(std::size_t size) {
    if (size > left) {
      left = std::max(size, kBlock);
      blocks.push_back(std::make_unique_for_overwrite<char[]>(left));
      free = blocks.back().get();
    }
    return free;
  }
  std::string_view taken(std::size_t size) {
    const std::string_view out(free, size);
    free += size;
    left -= size;
    return out;
  }
  std::string_view keep(std::string_view text) {
    std::ranges::copy(text, room(text.size() + 1));
    return taken(text.size());
  }
  std::string_view decoded(std::string_view inside) {
    return taken(decode_json_string(inside, room(inside.size() + 1)));
  }
  // The stored copy of a path, which is made if there is none.
  std::string_view path(std::string_view text) {
    if (2 * path_count >= paths.size()) grow();
    auto& place = find(text);
    if (!place.data()) place = keep(text), ++path_count;
    return place;
  }
  std::string_view& find(std::string_view text) {
    const auto mask = paths.size() - 1;
    auto at = std::hash<std::string_view>()(text) & mask;
    while (paths[at].data() && paths[at] != text) at = (at + 1) & mask;
    return paths[at];
  }
  void grow() {
    const auto before = std::exchange(
        paths, std::vector<std::string_view>(std::max(kLeastPaths, 2 * paths.size())));
    for (const auto one : before) {
      if (one.data()) find(one) = one;
    }
  }

  std::vector<std::unique_ptr<char[]>> blocks;
  char* free = nullptr;
  std::size_t left = 0;
  std::vector<std::string_view> paths;  // a table of 2^n places, by hash
  std::size_t path_count = 0;
};

/// Walks JSON once and collects its leaves: a sink of JsonScan.
class FlatEventBuilder {
 public:
  /// `depth`: how many names lead there. The elements of an array have the array's node.
  struct Node {
    std::string_view path;
    std::uint32_t depth = 0;
    explicit operator bool() const { return depth > 0; }
  };

  explicit FlatEventBuilder(FlatEvent& event) : event_(event) {}

  void leaf(std::string_view path, LeafKind kind, std::string_view text) {
    put(event_.texts_->path(path), kind, event_.texts_->keep(text), 0);
  }

  /// False if the text is not valid, or not an object and `object_only`. Then the event has leaves
  /// of a part of the text.
  bool json(std::string_view path, std::string_view text, bool object_only) {
    thread_local JsonIndex index;
    const auto kept = event_.texts_->keep(text);
    const Node root{event_.texts_->path(path), 1};
    return JsonScan<FlatEventBuilder>(index, *this).read(kept, root, object_only);
  }

  void finish() {
    std::stable_sort(event_.leaves_.begin(), event_.leaves_.end(),
                     [](const Leaf& a, const Leaf& b) { return a.path < b.path; });
  }

  // The sink of JsonScan.
  Node member(const Node& object, std::string_view name, bool escaped) {
    if (object.path.size() + 1 + name.size() > kMaxPath) return {};
    path_ = object.path;
    if (!path_.empty()) path_ += '.';
    path_ += escaped ? event_.texts_->decoded(name) : name;
    return {event_.texts_->path(path_), object.depth + 1};
  }
  void scalar(const Node& node, JsonType type, std::string_view text, bool escaped) {
    // A scalar that is itself an element takes no step for that array (ArrayStep).
    const bool element = !trail_.empty() && array_depths_.back() == node.depth;
    put(node.path, static_cast<LeafKind>(type), escaped ? event_.texts_->decoded(text) : text,
        trail_.size() - element);
  }
  void begin_array(const Node& node) {
    trail_.push_back({arrays_++, 0});
    array_depths_.push_back(node.depth);
  }
  void next_element() { ++trail_.back().element; }
  void end_array() {
    trail_.pop_back();
    array_depths_.pop_back();
  }

 private:
  // `path` and `text` live as long as the event.
  void put(std::string_view path, LeafKind kind, std::string_view text, std::size_t steps) {
    const auto at = static_cast<std::uint32_t>(event_.steps_.size());
    event_.steps_.insert(event_.steps_.end(), trail_.begin(),
                         trail_.begin() + static_cast<std::ptrdiff_t>(steps));
    event_.leaves_.push_back({path, kind, text, at, static_cast<std::uint32_t>(steps)});
  }

  FlatEvent& event_;
  std::string path_;              // of the current member
  std::vector<ArrayStep> trail_;  // of the arrays around the current value
  std::vector<std::uint32_t> array_depths_;
  std::uint32_t arrays_ = 0;
};

FlatEvent::FlatEvent() : texts_(std::make_shared<Texts>()) {}

FlatEvent FlatEvent::of(std::vector<Leaf> leaves, std::span<const ArrayStep> steps,
                        std::span<const std::string> asked, std::string_view lasting) {
  FlatEvent flat;
  flat.asked_ = asked;
  flat.leaves_ = std::move(leaves);
  const auto lasts = [&](std::string_view text) {
    const std::less_equal<const char*> upto;
    return upto(lasting.data(), text.data()) &&
           upto(text.data() + text.size(), lasting.data() + lasting.size());
  };
  for (auto& leaf : flat.leaves_) {
    if (!lasts(leaf.text)) leaf.text = flat.texts_->keep(leaf.text);
  }
  flat.steps_.assign(steps.begin(), steps.end());
  return flat;
}

FlatEvent FlatEvent::of(const Event& event) {
  FlatEvent flat;
  flat.leaves_.reserve(kLeaves);
  FlatEventBuilder builder(flat);
  const auto attribute = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) builder.leaf(name, LeafKind::string, value);
  };
  attribute("id", event.id());
  attribute("source", event.source());
  attribute("type", event.type());
  attribute("subject", event.subject());
  attribute("datacontenttype", event.datacontenttype());
  attribute("dataschema", event.dataschema());
  attribute("sender", event.sender());
  attribute("format", to_text(event.format()));
  attribute("status", to_text(event.status()));
  attribute("severity", to_text(event.severity()));
  if (event.time()) attribute("time", format_rfc3339(*event.time()));
  for (const auto& [name, value] : event.extensions()) {
    if (!is_reserved_extension(name)) builder.json(name, value, false);
  }
  if (event.data_kind() == DataKind::json) builder.json("data", event.data(), false);
  if (event.data_kind() == DataKind::text) builder.leaf("data", LeafKind::string, event.data());
  builder.finish();
  for (const auto path : kContentPaths) {
    const auto found = flat.at(path);
    if (found.empty() || found.front().kind != LeafKind::string || !check_json(found.front().text))
      continue;
    const std::string text(found.front().text);  // the leaves may move
    if (!builder.json("content", text, true)) continue;
    builder.finish();
    break;
  }
  return flat;
}

Result<FlatEvent> FlatEvent::of_json(std::string_view text) {
  if (auto valid = check_json(text); !valid) return std::unexpected(valid.error());
  FlatEvent flat;
  FlatEventBuilder builder(flat);
  if (!builder.json("", text, true)) return fail("not_an_object", "an event is a JSON object");
  builder.finish();
  return flat;
}

void FlatEvent::add(std::string_view path, LeafKind kind, std::string_view text) {
  const auto kept_path = texts_->keep(path);
  const Leaf leaf{kept_path, kind, texts_->keep(text), 0, 0};
  const auto place =
      std::upper_bound(leaves_.begin(), leaves_.end(), kept_path,
                       [](std::string_view wanted, const Leaf& one) { return wanted < one.path; });
  leaves_.insert(place, leaf);
}

void FlatEvent::set(std::string_view path, LeafKind kind, std::string_view text) {
  std::erase_if(leaves_, [&](const Leaf& one) { return one.path == path; });
  add(path, kind, text);
}

// Names that rules derive begin with `#`. They are absent if nothing was derived, so asking is no
// bug.
bool FlatEvent::may_ask_for(std::string_view path) const {
  return asked_.empty() || path.starts_with('#') ||
         std::binary_search(asked_.begin(), asked_.end(), path, std::less<>());
}

std::span<const Leaf> FlatEvent::at(std::string_view path) const {
  assert(may_ask_for(path));
  const auto first =
      std::lower_bound(leaves_.begin(), leaves_.end(), path,
                       [](const Leaf& one, std::string_view wanted) { return one.path < wanted; });
  auto last = first;
  while (last != leaves_.end() && last->path == path) ++last;
  return {first, last};
}

std::span<const Leaf> FlatEvent::under(std::string_view prefix) const {
  const auto first =
      std::lower_bound(leaves_.begin(), leaves_.end(), prefix,
                       [](const Leaf& one, std::string_view wanted) { return one.path < wanted; });
  auto last = first;
  while (last != leaves_.end() && last->path.starts_with(prefix)) ++last;
  return {first, last};
}

}  // namespace alarum::model
