#include "tools/balance.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/past.h"

namespace alarum::tools {
namespace {

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text.empty() ? "none" : text;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

}  // namespace

std::string unmatched_kind(model::Format format, model::Severity severity) {
  return fmt::format("{} {}", to_text(format),
                     severity == model::Severity::none ? "without severity" : to_text(severity));
}

std::vector<std::string> Balance::faults() const {
  std::vector<std::string> faults;
  const auto written_in_all = written(totals);
  if (totals.received < totals.rejected + totals.duplicate + totals.unmatched) {
    faults.push_back(
        fmt::format("{} received are fewer than what became of them", totals.received));
  } else if (before + found != written_in_all) {
    faults.push_back(fmt::format(
        "{} events were accepted and written, {} are in the journal or were deleted by retention",
        written_in_all, before + found));
  }
  if (processed > found)
    faults.push_back(fmt::format("{} events were processed, {} more than there are",
                                 before + processed, processed - found));
  if (worked_off && processed < found)
    faults.push_back(
        fmt::format("{} events were committed and never reached the engine", found - processed));
  for (const auto& one : unprocessed) faults.push_back("could not be processed: " + one);
  if (book.unaccounted > 0) {
    faults.push_back(fmt::format(
        "{} not notified to each of {} targets, and no reason is recorded: one of alert {}",
        book.unaccounted == 1 ? "1 transition was"
                              : fmt::format("{} transitions were", book.unaccounted),
        book.unaccounted == 1 ? "its" : "their", book.example));
  }
  if (book.lost > 0)
    faults.push_back(
        fmt::format("{} notifications neither wait nor have come to an end", book.lost));
  if (book.made != book.delivered + book.dead + book.dropped + book.pending + book.lost) {
    faults.push_back(
        fmt::format("{} notifications made, {} accounted for", book.made,
                    book.delivered + book.dead + book.dropped + book.pending + book.lost));
  }
  return faults;
}

std::string balance_text(const Balance& balance) {
  const auto& [totals, before, found, processed, book, reasons, unprocessed, unmatched,
               worked_off] = balance;
  auto text = fmt::format("events        {} received = {} accepted + {} rejected + {} duplicate\n",
                          totals.received, balance.accepted(), totals.rejected, totals.duplicate);
  text += fmt::format("              {} accepted = {} processed + {} pending", balance.accepted(),
                      before + processed, balance.pending());
  if (totals.unmatched > 0) text += fmt::format(" + {} unmatched, not stored", totals.unmatched);
  if (!unmatched.empty())
    text +=
        fmt::format("\n              {} matched no rule: {}", sum_of(unmatched), listed(unmatched));
  if (!reasons.empty())
    text += fmt::format("\n              since the start rejected: {}", listed(reasons));
  text += fmt::format(
      "\ntransitions   {}{}\nsuppressed    {}\n", listed(book.transitions),
      (book.ended_lost > 0
           ? fmt::format("; {} of them ended as lost, after damage", book.ended_lost)
           : "") +
          (book.waiting > 0 ? fmt::format("; {} wait for their group", book.waiting) : ""),
      listed(book.suppressed));
  text += fmt::format("notifications {} made = {} delivered + {} pending + {} dead", book.made,
                      book.delivered, book.pending, book.dead);
  text += book.dropped > 0 ? fmt::format(" + {} dropped\n", book.dropped) : "\n";
  const auto faults = balance.faults();
  for (const auto& fault : faults) text += "does not balance: " + fault + '\n';
  return faults.empty() ? text + "it balances\n" : text;
}

std::string balance_json(const Balance& balance) {
  const auto& [totals, before, found, processed, book, reasons, unprocessed, unmatched,
               worked_off] = balance;
  return nlohmann::ordered_json{
             {"events",
              {{"received", totals.received},
               {"accepted", balance.accepted()},
               {"rejected", totals.rejected},
               {"duplicate", totals.duplicate},
               {"unmatched", totals.unmatched},
               {"processed", before + processed},
               {"pending", balance.pending()},
               {"rejected_by_reason", reasons}}},
             {"matched_no_rule", {{"events", sum_of(unmatched)}, {"by_kind", unmatched}}},
             {"transitions", book.transitions},
             {"transitions_lost", book.ended_lost},
             {"transitions_waiting", book.waiting},
             {"transitions_unaccounted", book.unaccounted},
             {"suppressed", book.suppressed},
             {"notifications",
              {{"made", book.made},
               {"delivered", book.delivered},
               {"pending", book.pending},
               {"dead", book.dead},
               {"dropped", book.dropped},
               {"lost", book.lost}}},
             {"faults", balance.faults()}}
             .dump(2) +
         '\n';
}

}  // namespace alarum::tools
