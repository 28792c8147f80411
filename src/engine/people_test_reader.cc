#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "engine/rule_test.h"

namespace alarum::engine {
namespace {

constexpr std::uint64_t kMostMessages = 1'000'000;
constexpr auto kLongest = std::chrono::days(3650);

// Reads a number, or a mapping with bounds. `~` means that it is not checked; so a variant can drop
// a check of its test.
CountBound read_bound(const Node& node, const std::string& name, Diagnostics& out) {
  CountBound bound{node.place, {}, {}};
  if (node.is(Node::Kind::null)) return bound;
  if (!node.is(Node::Kind::mapping)) {
    bound.at_least = bound.at_most = read_count(node, name, 0, kMostMessages, out);
    return bound;
  }
  check_keys(node, {{"at_most", "at_least"}, {}}, name, out);
  if (const auto* least = node.find("at_least"))
    bound.at_least = read_count(*least, "at_least", 0, kMostMessages, out);
  if (const auto* most = node.find("at_most"))
    bound.at_most = read_count(*most, "at_most", 0, kMostMessages, out);
  if (!bound.asked())
    out.error(node.place,
              fmt::format("\"{}\" asks about nothing: a number, or at_most and at_least", name));
  return bound;
}

void check_bound(const CountBound& bound, const std::string& name, Diagnostics& out) {
  if (bound.at_least == 0U && !bound.at_most)
    out.error(bound.place, fmt::format("\"{}\" cannot fail: there are always at least 0", name));
  if (bound.at_least && bound.at_most && *bound.at_least > *bound.at_most) {
    out.error(bound.place,
              fmt::format("\"{}\" cannot come true: at_least {} is more than at_most {}", name,
                          *bound.at_least, *bound.at_most));
  }
}

std::vector<std::string> read_words(const Node& node, const std::string& name, Diagnostics& out) {
  std::vector<std::string> words;
  for (const auto* word : read_strings(node, name, out)) {
    if (word->text.empty()) {
      out.error(word->place, fmt::format("an empty word of \"{}\" occurs in every message", name));
    } else {
      words.push_back(word->text);
    }
  }
  return words;
}

std::optional<MessageExpectation> read_message(const Node& node, const std::string& name,
                                               Diagnostics& out) {
  if (node.is(Node::Kind::null) || !expect_kind(node, Node::Kind::mapping, name,
                                                "a mapping such as {contains: [rack-017]}", out))
    return std::nullopt;
  MessageExpectation wanted{node.place, {}, {}, {}};
  const bool first = name == "first";
  check_keys(node,
             {first ? std::vector<std::string>{"within", "after", "contains"}
                    : std::vector<std::string>{"contains"},
              {}},
             name, out);
  const auto duration = [&](const char* key) -> std::optional<Duration> {
    const auto* found = node.find(key);
    return found ? read_duration(*found, key, Duration::zero(), kLongest, out) : std::nullopt;
  };
  if (first) wanted.within = duration("within"), wanted.after = duration("after");
  if (wanted.after && !wanted.within)
    out.error(node.place, "\"after\" says when the fault began: \"within\" is missing");
  if (const auto* words = node.find("contains"))
    wanted.contains = read_words(*words, "contains", out);
  if (!wanted.within && wanted.contains.empty())
    out.error(node.place, fmt::format("\"{}\" asks about nothing: {}\"contains\" is missing", name,
                                      first ? "\"within\" or " : ""));
  return wanted;
}

std::vector<MessageExpectation> read_messages(const Node& node, Diagnostics& out) {
  std::vector<MessageExpectation> messages;
  const auto read = [&](const Node& one) {
    if (auto message = read_message(one, "some", out)) messages.push_back(std::move(*message));
  };
  if (!node.is(Node::Kind::sequence)) read(node);
  for (const auto& one : node.items) read(one);
  return messages;
}

// Checks two counts of which `whole` includes `part`. A bound that follows from the other cannot
// fail, and one that contradicts it cannot come true; both are errors.
void check_part(const CountBound& part, const std::string& name, const CountBound& whole,
                Diagnostics& out) {
  if (!whole.at_most || !part.asked()) return;
  if (part.at_most && *part.at_most >= *whole.at_most && part.at_least.value_or(0) == 0) {
    out.error(part.place, fmt::format("\"{}\" cannot fail: there are at most {} pages in all", name,
                                      *whole.at_most));
  }
  if (part.at_least && *part.at_least > *whole.at_most) {
    out.error(part.place, fmt::format("\"{}\" cannot come true: there are at most {} pages in all",
                                      name, *whole.at_most));
  }
}

void check_whole(const PeopleExpectation& wanted, const Node& node, Diagnostics& out) {
  check_bound(wanted.pages, "expect_people", out);
  check_bound(wanted.critical, "critical", out);
  check_bound(wanted.updates, "updates", out);
  check_bound(wanted.ends, "ends", out);
  check_bound(wanted.in_24h, "in_24h", out);
  if (!wanted.updates.asked()) check_part(wanted.critical, "critical", wanted.pages, out);
  if (wanted.first && wanted.pages.at_most == 0U && !wanted.updates.asked())
    out.error(wanted.first->place, "\"first\" cannot come true: there are at most 0 pages");
  const bool counts = wanted.pages.asked() || wanted.critical.asked() || wanted.updates.asked() ||
                      wanted.ends.asked() || wanted.in_24h.asked();
  if (!counts && !wanted.first && !wanted.last && wanted.some.empty() && wanted.never.empty())
    out.error(node.place, "\"expect_people\" asks about nothing and cannot fail");
}

}  // namespace

PeopleExpectation read_people(const Node& node, Diagnostics& out) {
  PeopleExpectation wanted;
  wanted.place = node.place;
  if (!expect_kind(node, Node::Kind::mapping, "expect_people", "a mapping such as {at_most: 2}",
                   out))
    return wanted;
  const auto before = out.error_count();
  check_keys(node,
             {{"receiver", "at_most", "at_least", "critical", "updates", "ends", "in_24h", "first",
               "last", "some", "never"},
              {}},
             "expect_people", out);
  const auto of = [&](const char* key, const auto& read) {
    if (const auto* found = node.find(key); found && !found->is(Node::Kind::null)) read(*found);
  };
  wanted.pages.place = node.place;
  of("receiver",
     [&](const Node& name) { wanted.receiver = read_string(name, "receiver", out).value_or(""); });
  of("at_most", [&](const Node& most) {
    wanted.pages.at_most = read_count(most, "at_most", 0, kMostMessages, out),
    wanted.pages.place = most.place;
  });
  of("at_least", [&](const Node& least) {
    wanted.pages.at_least = read_count(least, "at_least", 0, kMostMessages, out),
    wanted.pages.place = least.place;
  });
  of("critical", [&](const Node& bound) { wanted.critical = read_bound(bound, "critical", out); });
  of("updates", [&](const Node& bound) { wanted.updates = read_bound(bound, "updates", out); });
  of("ends", [&](const Node& bound) { wanted.ends = read_bound(bound, "ends", out); });
  of("in_24h", [&](const Node& bound) { wanted.in_24h = read_bound(bound, "in_24h", out); });
  of("first", [&](const Node& message) { wanted.first = read_message(message, "first", out); });
  of("last", [&](const Node& message) { wanted.last = read_message(message, "last", out); });
  of("some", [&](const Node& messages) { wanted.some = read_messages(messages, out); });
  of("never", [&](const Node& words) { wanted.never = read_words(words, "never", out); });
  if (out.error_count() == before) check_whole(wanted, node, out);
  return wanted;
}

}  // namespace alarum::engine
