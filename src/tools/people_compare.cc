#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/printable.h"
#include "tools/people_run.h"

namespace alarum::tools {
namespace {

constexpr std::size_t kMostListed = 60;

std::string counted(std::size_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

bool has(const Sent& sent, const std::string& word) {
  return sent.title.find(word) != std::string::npos || sent.text.find(word) != std::string::npos;
}

bool has_all(const Sent& sent, const std::vector<std::string>& words) {
  return std::ranges::all_of(words, [&](const std::string& word) { return has(sent, word); });
}

class PeopleFaults {
 public:
  std::string text;

  void count(const engine::CountBound& wanted, std::size_t got, const char* what) {
    if (wanted.at_most && got > *wanted.at_most)
      add(wanted.place,
          fmt::format("at most {} expected, got {}", counted(*wanted.at_most, what), got));
    if (wanted.at_least && got < *wanted.at_least)
      add(wanted.place,
          fmt::format("at least {} expected, got {}", counted(*wanted.at_least, what), got));
  }
  void add(const Place& place, const std::string& fault) {
    text += fmt::format("    - {}   (line {})\n", fault, place.line);
  }

  void message(const engine::MessageExpectation& wanted, const Sent* got, const char* which) {
    if (!got)
      return add(wanted.place, fmt::format("the {} message is missing: there is none", which));
    for (const auto& word : wanted.contains) {
      if (!has(*got, word))
        add(wanted.place, fmt::format("the {} message lacks {}", which, json_quote(word)));
    }
  }
};

void compare_first(const PeopleReport& report, const engine::MessageExpectation& wanted,
                   PeopleFaults& faults) {
  const auto* first = report.first();
  faults.message(wanted, first, "first");
  if (!wanted.within || !first) return;
  const auto fault = wanted.after ? wanted.after : report.fault;
  if (!fault)
    return faults.add(
        wanted.place,
        "no event of the test is a fault: \"after\" says from when on \"within\" counts");
  if (first->at - *fault <= *wanted.within && first->at >= *fault) return;
  const auto since =
      wanted.after ? std::string("what \"after\" says") : "the first fault, " + report.fault_type;
  faults.add(wanted.place,
             fmt::format("the first message is expected within {} of {} ({}), came at {}",
                         format_duration(*wanted.within), format_duration(*fault), since,
                         format_duration(first->at)));
}

std::string line_of(const Sent& sent) {
  auto text = fmt::format("      at {}: {} {}: {}\n", format_duration(sent.at), to_text(sent.news),
                          to_text(sent.severity), printable_line(sent.title));
  for (const auto& member : sent.members)
    text += fmt::format("          {}\n", printable_line(member));
  if (sent.more > 0) text += fmt::format("          and {} more\n", sent.more);
  return text;
}

}  // namespace

std::string people_text(const PeopleReport& report) {
  const auto& count = report.count;
  if (report.target.empty()) return "      nobody is sent anything\n";
  auto text =
      fmt::format("      {} gets {}, {} ({} critical), {}, {}; {} in 24 h\n", report.target,
                  counted(count.pages - count.updates, "page"), counted(count.updates, "update"),
                  count.critical, counted(count.ends, "end"), counted(count.reminders, "reminder"),
                  report.in_24h());
  std::size_t listed = 0;
  for (const auto& sent : report.messages) {
    if (sent.news == News::reminder || ++listed > kMostListed) continue;
    text += line_of(sent);
  }
  if (listed > kMostListed)
    text += fmt::format("      and {} more messages\n", listed - kMostListed);
  return text;
}

std::string compare_people(const PeopleReport& report, const engine::PeopleExpectation& wanted) {
  PeopleFaults faults;
  if (report.stopped)
    faults.add(wanted.place,
               fmt::format("stopped after {} messages: what would have come later is not known",
                           kMostSent));
  const auto apart = wanted.updates.asked() ? report.count.updates : 0;
  faults.count(wanted.pages, report.count.pages - apart, "page");
  faults.count(wanted.critical, report.count.critical, "critical page");
  faults.count(wanted.updates, report.count.updates, "update");
  faults.count(wanted.ends, report.count.ends, "end");
  faults.count(wanted.in_24h, report.in_24h(), "message");
  if (wanted.first) compare_first(report, *wanted.first, faults);
  if (wanted.last) faults.message(*wanted.last, report.last(), "last");
  for (const auto& some : wanted.some) {
    if (std::ranges::any_of(report.messages,
                            [&](const Sent& one) { return has_all(one, some.contains); }))
      continue;
    faults.add(some.place, fmt::format("no message has {}", fmt::join(some.contains, " and ")));
  }
  for (const auto& word : wanted.never) {
    for (const auto& sent : report.messages) {
      if (!has(sent, word)) continue;
      faults.add(wanted.place, fmt::format("the message at {} has {}", format_duration(sent.at),
                                           json_quote(word)));
      break;
    }
  }
  return faults.text.empty() ? "" : faults.text + people_text(report);
}

}  // namespace alarum::tools
