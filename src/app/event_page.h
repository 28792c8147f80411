#pragma once
#include <string>

#include "api/routes.h"
#include "base/result.h"
#include "journal/view.h"
#include "match/generation.h"

namespace alarum::app {

/// Events of the journal from the offset `from` on that the filter wants, in order, with the rules
/// that each fits: a JSON object {"events": […], "next": OFFSET}. At most `most` events, and what
/// stands in kMostRecords records; `next` is where the next page begins. Where retention has
/// deleted records it begins with the oldest there is. Errors: those of the journal. Waits for the
/// disk.
Result<api::EventPage> event_page(journal::JournalView& journal, const match::Generation& rules,
                                  model::Offset from, std::size_t most,
                                  const api::EventFilter& filter);
constexpr std::size_t kMostRecords = 20'000;

/// The names of the rules that an event fits: by its match, an end, a step or an annotation; in
/// `ends` those of which it fits the end alone.
struct FittingRules {
  std::vector<std::string> all, ends;
};
FittingRules rules_that_fit(const match::Generation& rules, const model::Event& event);

}  // namespace alarum::app
