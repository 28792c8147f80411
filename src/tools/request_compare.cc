#include "tools/request_compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/node_text.h"

namespace alarum::tools {
namespace {

std::optional<Node> parse_body(const Request& request) {
  Diagnostics unused;
  return parse_json(request.body, "body", unused);
}

std::string describe(const Request& request) {
  return fmt::format("at {}: to {}, attempt {}, answered {}", format_duration(request.at),
                     request.target, request.attempt, request.answer);
}

std::string describe(const engine::RequestExpectation& wanted) {
  auto text = fmt::format("at {}:", format_duration(wanted.at));
  if (!wanted.to.empty()) text += " to " + wanted.to;
  if (wanted.attempt) text += fmt::format(" attempt {}", *wanted.attempt);
  if (!wanted.answer.empty()) text += " answered " + wanted.answer;
  if (wanted.body) text += " body " + node_json(*wanted.body);
  return text;
}

std::vector<std::string> faults_of(const Request& request,
                                   const engine::RequestExpectation& wanted) {
  std::vector<std::string> faults;
  const auto differ = [&](bool differs, std::string text) {
    if (differs) faults.push_back(std::move(text));
  };
  differ(request.at != wanted.at,
         fmt::format("at is {}, not {}", format_duration(request.at), format_duration(wanted.at)));
  const bool there = wanted.to.empty() || request.target == wanted.to ||
                     request.target.starts_with(wanted.to + '/');
  differ(!there, fmt::format("to is {}, not {}", request.target, wanted.to));
  differ(wanted.attempt && *wanted.attempt != request.attempt,
         fmt::format("attempt is {}, not {}", request.attempt, wanted.attempt.value_or(0)));
  differ(!wanted.answer.empty() && wanted.answer != request.answer,
         fmt::format("answer is {}, not {}", request.answer, wanted.answer));
  if (!wanted.body) return faults;
  const auto body = parse_body(request);
  const auto inner =
      body ? unlike(*wanted.body, *body, "body") : std::vector<std::string>{"body is not JSON"};
  faults.insert(faults.end(), inner.begin(), inner.end());
  return faults;
}

}  // namespace

std::vector<std::string> unlike(const Node& wanted, const Node& got, const std::string& path) {
  std::vector<std::string> faults;
  const auto add = [&](std::vector<std::string> more) {
    faults.insert(faults.end(), more.begin(), more.end());
  };
  if (wanted.is(Node::Kind::mapping) && got.is(Node::Kind::mapping)) {
    for (const auto& [key, value] : wanted.members) {
      const auto* found = got.find(key.text);
      const auto at = path.empty() ? key.text : path + '.' + key.text;
      add(found ? unlike(value, *found, at) : std::vector{fmt::format("{} is missing", at)});
    }
  } else if (wanted.is(Node::Kind::sequence) && got.is(Node::Kind::sequence) &&
             wanted.items.size() == got.items.size()) {
    for (std::size_t i = 0; i < wanted.items.size(); ++i)
      add(unlike(wanted.items[i], got.items[i], fmt::format("{}[{}]", path, i)));
  } else if (!wanted.scalar() || !got.scalar() || wanted.text != got.text) {
    faults.push_back(fmt::format("{} is {}, not {}", path, node_json(got), node_json(wanted)));
  }
  return faults;
}

std::string compare_requests(const std::vector<Request>& seen,
                             const std::vector<engine::RequestExpectation>& wanted) {
  std::string text;
  bool same = seen.size() == wanted.size();
  for (std::size_t i = 0; i < std::max(seen.size(), wanted.size()); ++i) {
    const auto faults = i < seen.size() && i < wanted.size() ? faults_of(seen[i], wanted[i])
                                                             : std::vector<std::string>{""};
    if (faults.empty()) {
      text += fmt::format("      {}\n", describe(seen[i]));
      continue;
    }
    same = false;
    if (i < wanted.size())
      text += fmt::format("    - {}   (expected request, line {})\n", describe(wanted[i]),
                          wanted[i].place.line);
    if (i < seen.size()) text += fmt::format("    + {}\n", describe(seen[i]));
    if (i < seen.size() && i < wanted.size())
      text += fmt::format("      {}\n", fmt::join(faults, "\n      "));
    if (i < seen.size()) text += fmt::format("      body {}\n", seen[i].body);
  }
  return same ? "" : text;
}

}  // namespace alarum::tools
