#include "model/flat_event.h"

#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "base/json.h"

namespace alarum::model {

struct FlatEvent::Texts {
  std::unordered_set<std::string> paths;  // each once: an array of 100,000 objects has few
  std::deque<std::string> values;
};

namespace {

namespace ondemand = simdjson::ondemand;

std::string_view without_tail(std::string_view token) {
  const auto last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last + 1);
}

std::string joined(std::string_view path, std::string_view name) {
  std::string out(path);
  if (!out.empty()) out += '.';
  return out += name;
}

}  // namespace

/// Walks validated JSON once and collects its leaves.
class FlatEventBuilder {
 public:
  explicit FlatEventBuilder(FlatEvent& event) : event_(event) {}

  void leaf(std::string_view path, LeafKind kind, std::string_view text) {
    const auto& kept_path = *event_.texts_->paths.emplace(path).first;
    const auto& kept_text = event_.texts_->values.emplace_back(text);
    const auto at = static_cast<std::uint32_t>(event_.steps_.size());
    event_.steps_.insert(event_.steps_.end(), trail_.begin(), trail_.end());
    event_.leaves_.push_back({kept_path, kind, kept_text, at, static_cast<std::uint32_t>(trail_.size())});
  }

  /// `text` is valid JSON and is followed by simdjson's padding. False when it is not an object and `object_only`.
  bool json(std::string_view path, std::string_view text, bool object_only) {
    ondemand::parser parser;
    auto document = parser.iterate(simdjson::padded_string_view(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING));
    ondemand::document whole;
    if (std::move(document).get(whole) != simdjson::SUCCESS) return false;
    const auto type = whole.type().value_unsafe();
    if (type == ondemand::json_type::object) return members(path, whole.get_object().value_unsafe()), true;
    if (object_only) return false;
    if (type == ondemand::json_type::array) {
      elements(path, whole.get_array().value_unsafe());
    } else if (type == ondemand::json_type::string) {
      leaf(path, LeafKind::string, whole.get_string().value_unsafe());
    } else {
      scalar(path, type, whole.raw_json_token().value_unsafe());
    }
    return true;
  }

  void finish() {
    std::stable_sort(event_.leaves_.begin(), event_.leaves_.end(), [](const Leaf& a, const Leaf& b) { return a.path < b.path; });
  }

 private:
  void members(std::string_view path, ondemand::object object) {
    for (auto member : object) {
      const auto name = joined(path, member.unescaped_key().value_unsafe());
      value(name, member.value().value_unsafe());
    }
  }

  void elements(std::string_view path, ondemand::array array) {
    ArrayStep step{arrays_++, 0};
    for (auto element : array) {
      auto item = element.value_unsafe();
      const auto type = item.type().value_unsafe();
      const bool nested = type == ondemand::json_type::object || type == ondemand::json_type::array;
      if (nested) trail_.push_back(step);
      value(path, item);
      if (nested) trail_.pop_back();
      ++step.element;
    }
  }

  void value(std::string_view path, ondemand::value value) {
    const auto type = value.type().value_unsafe();
    if (type == ondemand::json_type::object) return members(path, value.get_object().value_unsafe());
    if (type == ondemand::json_type::array) return elements(path, value.get_array().value_unsafe());
    if (type == ondemand::json_type::string) return leaf(path, LeafKind::string, value.get_string().value_unsafe());
    const auto token = value.raw_json_token();
    scalar(path, type, token);
    // The iterator moves on only when a value is read.
    if (type == ondemand::json_type::boolean) {
      (void)value.get_bool();
    } else if (type == ondemand::json_type::null) {
      (void)value.is_null();
    }
  }

  void scalar(std::string_view path, ondemand::json_type type, std::string_view token) {
    const auto kind = type == ondemand::json_type::null      ? LeafKind::null
                      : type == ondemand::json_type::boolean ? LeafKind::boolean
                                                             : LeafKind::number;
    leaf(path, kind, without_tail(token));
  }

  FlatEvent& event_;
  std::vector<ArrayStep> trail_;
  std::uint32_t arrays_ = 0;
};

FlatEvent::FlatEvent() : texts_(std::make_shared<Texts>()) {}

FlatEvent FlatEvent::of(const Event& event) {
  FlatEvent flat;
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
    // `status` and `severity` stand there already, in our words.
    if (name != "status" && name != "severity") builder.json(name, simdjson::padded_string(value), false);
  }
  if (event.data_kind() == DataKind::json) builder.json("data", event.data(), false);
  if (event.data_kind() == DataKind::text) builder.leaf("data", LeafKind::string, event.data());
  builder.finish();
  for (const auto path : kContentPaths) {
    const auto found = flat.at(path);
    if (found.empty() || found.front().kind != LeafKind::string || !check_json(found.front().text)) continue;
    if (builder.json("content", simdjson::padded_string(found.front().text), true)) break;
  }
  builder.finish();
  return flat;
}

Result<FlatEvent> FlatEvent::of_json(std::string_view text) {
  if (auto valid = check_json(text); !valid) return std::unexpected(valid.error());
  FlatEvent flat;
  FlatEventBuilder builder(flat);
  if (!builder.json("", simdjson::padded_string(text), true)) return fail("not_an_object", "an event is a JSON object");
  builder.finish();
  return flat;
}

void FlatEvent::add(std::string_view path, LeafKind kind, std::string_view text) {
  const auto& kept_path = *texts_->paths.emplace(path).first;
  const Leaf leaf{kept_path, kind, texts_->values.emplace_back(text), 0, 0};
  const auto place = std::upper_bound(leaves_.begin(), leaves_.end(), kept_path,
                                      [](std::string_view wanted, const Leaf& one) { return wanted < one.path; });
  leaves_.insert(place, leaf);
}

void FlatEvent::set(std::string_view path, LeafKind kind, std::string_view text) {
  std::erase_if(leaves_, [&](const Leaf& one) { return one.path == path; });
  add(path, kind, text);
}

std::span<const Leaf> FlatEvent::at(std::string_view path) const {
  const auto first = std::lower_bound(leaves_.begin(), leaves_.end(), path, [](const Leaf& one, std::string_view wanted) { return one.path < wanted; });
  auto last = first;
  while (last != leaves_.end() && last->path == path) ++last;
  return {first, last};
}

std::span<const Leaf> FlatEvent::under(std::string_view prefix) const {
  const auto first = std::lower_bound(leaves_.begin(), leaves_.end(), prefix, [](const Leaf& one, std::string_view wanted) { return one.path < wanted; });
  auto last = first;
  while (last != leaves_.end() && last->path.starts_with(prefix)) ++last;
  return {first, last};
}

}  // namespace alarum::model
